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


def constant(value: Value) -> Code:
    """The code of a value that is known already."""

    def code(_scope: Scope, _run: Run) -> Value:
        return value

    return code


def failure(message: str) -> Code:
    """The code of what is known already to have no value."""

    def code(_scope: Scope, run: Run) -> Value:
        run.note(message)
        return None

    return code
