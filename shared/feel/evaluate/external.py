"""Functions of other languages (DMN 1.5, 10.3.2.13.3): there are none here, so far."""

from collections.abc import Callable, Sequence

from shared.feel.values import FeelError, Value


def external_function(_description: Value) -> Callable[[Sequence[Value]], Value]:
    """What an external function's description names. Raises FeelError where that is not available."""
    raise FeelError("external functions are not available")
