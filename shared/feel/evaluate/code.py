"""What expressions are compiled to: closures that take the scope and the run.

A code never raises FeelError: what goes wrong in it becomes a note of the run, and null.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.feel.evaluate.run import Run
from shared.feel.syntax import tree
from shared.feel.types import FeelType
from shared.feel.values import Value
from shared.feel.walk import children

Scope = Mapping[str, Value]
"""The variables by their names. Scopes that the language opens itself hold only the names that are used in them."""

Code = Callable[[Scope, Run], Value]

Rule = Callable[[Any, "Compiler"], Code]
"""How nodes of one kind are compiled."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles nodes by their kinds. `types` are the model's own, for type expressions."""

    rules: Mapping[type, Rule]
    types: Mapping[str, FeelType]

    def compile(self, node: tree.Node) -> Code:
        """The code of a node."""
        return self.rules[type(node)](node, self)

    def compile_all(self, nodes: Iterable[tree.Node]) -> tuple[Code, ...]:
        """The codes of some nodes."""
        return tuple(self.rules[type(node)](node, self) for node in nodes)


def captured(scope: Scope, names: Iterable[str]) -> dict[str, Value]:
    """The part of a scope that is used: the beginning of a scope inside."""
    return {name: scope[name] for name in names if name in scope}


@dataclass(frozen=True, slots=True)
class Frames:
    """How many frames of Python a code takes at most: in `all`, and when it calls a function (0 for no calls)."""

    all: int
    calling: int


_FRAMES = {tree.Call: 3, tree.For: 3, tree.Quantified: 3, tree.Filter: 3, tree.ListLiteral: 2, tree.In: 3}
_CALLING = (tree.Call, tree.In, tree.Filter)


def frames_of(node: tree.Node | tree.UnaryTests) -> Frames:
    """The frames that the code of a node takes."""
    own = _FRAMES.get(type(node), 1)
    inner = [frames_of(child) for child in children(node)]
    calling = max((frames.calling for frames in inner), default=0)
    calls = calling > 0 or isinstance(node, (*_CALLING, tree.UnaryTests))
    return Frames(own + max((frames.all for frames in inner), default=0), own + calling if calls else 0)
