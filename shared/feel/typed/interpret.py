"""From a typed tree to closures in three-valued logic: for missing facts and for traces."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.feel.typed.nodes import Typed


def interpret(typed: Typed, slot_of: Mapping[str, int]) -> Callable[[list[Any]], Any]:
    """Return a function from slots to the value, None when it cannot be told.

    `slot_of` has the place of every name in `names_in(typed)`; a slot holds None or a value of its type. Never raises.
    """
    raise NotImplementedError
