"""From the tree of a text to a typed tree, or to faults that say what does not fit."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP

from shared.feel.syntax import tree
from shared.feel.typed.nodes import Typed
from shared.feel.typed.types import Type


def check_expression(
    node: tree.Node, names: Mapping[str, Type], expected: Type | None = None, rounding: str = ROUND_HALF_UP
) -> Typed:
    """Return the typed tree of an expression over `names`, brought to type `expected` when there is one.

    The value is rounded to what `expected` can hold (`rounding` of the decimal module) and missing beyond its bounds.
    Number literals that stand where money is called for are major units. Raises `TypeFaults`.
    """
    raise NotImplementedError


def check_condition(node: tree.Node, names: Mapping[str, Type]) -> Typed:
    """Return the typed tree of a boolean expression; raises `TypeFaults`."""
    raise NotImplementedError


def check_cell(tests: tree.UnaryTests, column: str, names: Mapping[str, Type]) -> Typed:
    """Return the cell of a column, one of `names`, as a boolean expression; raises `TypeFaults`.

    `?`, bare values, comparisons and ranges refer to the column. The cell `-` is the constant true.
    """
    raise NotImplementedError
