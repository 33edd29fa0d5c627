"""How many frames of Python an expression takes, so that calls within calls never exceed what Python allows."""

from dataclasses import dataclass

from shared.feel.syntax import tree
from shared.feel.walk import children


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames that a code takes at most: in `all`, and while it calls a function (0 where it calls none)."""

    all: int
    calling: int


_TO_PARTS = {
    tree.Call: 2,
    tree.ListLiteral: 2,
    tree.For: 3,
    tree.Quantified: 3,
    tree.Filter: 4,
    tree.In: 3,
    tree.UnaryTests: 3,
}
"""Frames between the code of a node and those of its parts, where that is not 1: loops and tests have steps between."""

_TO_FUNCTION = {tree.Call: 2, tree.In: 5, tree.UnaryTests: 5}
"""Frames between the code of a node and a function that it calls itself."""


def frames_of(node: tree.Node | tree.UnaryTests) -> Frames:
    """The frames that the code of a node takes. A function that is made in it counts where it is called."""
    kind = type(node)
    own = _TO_FUNCTION.get(kind, 0)
    if isinstance(node, tree.FunctionLiteral):
        return Frames(1, 0)
    parts = [frames_of(child) for child in children(node)]
    step = _TO_PARTS.get(kind, 1)
    deepest = max((part.all for part in parts), default=0)
    calling = max((part.calling for part in parts), default=0)
    return Frames(max(step + deepest, own), max(step + calling if calling else 0, own))
