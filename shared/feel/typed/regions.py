"""The set of values of a column for which a cell holds, as integers that keep the order of the values.

Positions in an enumeration, 0 and 1 for false and true, minor units, decimals times ten to the power of their scale,
ordinals of days.
"""

from shared.feel.typed.nodes import Typed
from shared.feel.typed.types import Type

Ranges = tuple[tuple[int, int], ...]
"""Sorted, disjoint, not adjacent, both ends included; empty when nothing is in the set."""


def domain(of: Type) -> Ranges:
    """Return all values that a name of this type can have: integer, money, decimal with a scale, enum, boolean, date."""
    raise NotImplementedError


def region(typed: Typed, column: str, of: Type) -> Ranges | None:
    """Return the values of `column`, a name of type `of`, for which the cell `typed` holds.

    None when the cell reads anything else, asks for missing, or is otherwise not a test of the column against literals.
    """
    raise NotImplementedError
