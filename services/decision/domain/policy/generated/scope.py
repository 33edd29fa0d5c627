"""What the parts of the generated function share: its variables and the objects that it refers to."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.decision.domain.policy.bind import STAGE_OUTPUTS, Rule
from services.decision.domain.policy.generated.code import all_of
from services.decision.domain.policy.layout import Layout
from shared.feel.typed import NOW, TODAY, Constants, Typed, generate


@dataclass(frozen=True, slots=True)
class Scope:
    """Variables by the names of the policy. They are numbered: no text of a policy becomes a name in code."""

    variable_of: Mapping[str, str]
    constants: Constants = field(default_factory=Constants)
    _made: dict[int, tuple[Typed, ast.expr]] = field(default_factory=dict)

    @classmethod
    def of(cls, layout: Layout) -> "Scope":
        """Return the scope of a policy's names."""
        variables = {fact.name: f"v{at}" for at, fact in enumerate(layout.facts)}
        variables |= {fact.name: f"d{at}" for at, fact in enumerate(layout.definitions)}
        variables |= {output: output for output in STAGE_OUTPUTS}
        return cls(variables | {TODAY: "today", NOW: "as_of"})

    def constant(self, value: Any) -> str:
        """Return the name that stands for an object."""
        return self.constants.name_of(value)

    def code(self, typed: Typed) -> ast.expr:
        """Return the code of an expression; rows of a table that say the same share it."""
        made = self._made.get(id(typed))
        if made is None:
            made = self._made[id(typed)] = (typed, generate(typed, self.variable_of, self.constants))
        return made[1]

    def rule(self, rule: Rule[Any]) -> ast.expr:
        """Return the conjunction of a row's tests."""
        return all_of([self.code(test.typed) for test in rule.tests])
