"""The built-in functions of FEEL (DMN 1.5, 10.3.4), but for `now` and `today`, which depend on the evaluation."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.feel.library import (
    aggregates,
    arithmetic,
    booleans,
    contexts,
    conversion,
    lists,
    ranges,
    strings,
    temporal,
)
from shared.feel.library.signature import Builtin, Domain, Form, Parameter

__all__ = ["BUILTINS", "Builtin", "Domain", "Form", "Parameter"]

_GROUPS: Final = (conversion, booleans, strings, lists, aggregates, arithmetic, ranges, temporal, contexts)

BUILTINS: Final[Mapping[str, Builtin]] = MappingProxyType(
    {function.name: function for group in _GROUPS for function in group.FUNCTIONS}
)
"""All of them by name: `BUILTINS["string length"]`."""
