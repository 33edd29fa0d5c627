"""What the parts of a generated function share: its variables, the objects that it refers to, what may be missing."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.decision.domain.policy.bind import STAGE_OUTPUTS, BoundPolicy, Rule, RuleTable
from services.decision.domain.policy.generated.code import (
    all_of,
    any_of,
    assign,
    constant,
    expression,
    name,
    texts,
    when,
)
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import HIT, NO_HIT
from services.decision.domain.policy.verdicts import Verdict
from shared.feel.typed import NOW, TODAY, Constants, Typed, Unknown, generate

Screened = Callable[[str, str, int, tuple[str, ...]], Verdict]
"""What prevails, by letters of both screens, the row of the matrix and the reasons of the score.

Raises `Unknown` for a row that is missing and that is not ignored then.
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Variables by the names of the policy. They are numbered: no text of a policy becomes a name in code.

    This one is of a function in which nothing is missing; what may be missing is for a subclass to guard against.
    """

    variable_of: Mapping[str, str]
    constants: Constants = field(default_factory=Constants)
    _made: dict[int, tuple[Typed, ast.expr]] = field(default_factory=dict)

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
        """Return the conjunction of a row's tests, all their names being there."""
        return all_of([self.code(test.typed) for test in rule.tests])

    def letter(self, table: RuleTable[Any], row: int) -> ast.expr:
        """Return the letter of a row."""
        return ast.IfExp(self.rule(table.rules[row]), constant(HIT), constant(NO_HIT))

    def letters(self, table: RuleTable[Any]) -> ast.expr:
        """Return the letters of all rows, each evaluated."""
        return texts([self.letter(table, row) for row in range(len(table.rules))])

    def screen(self, table: RuleTable[Any], marks: str, found: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return code that puts the letters of a COLLECT table into `marks`, and does `found` unless no row hits."""
        no_hit = assign(marks, constant(NO_HIT * len(table.rules)))
        if not table.rules:
            return [no_hit]
        # Hardly any row ever hits, and to find that out is faster than to write letters.
        hit = any_of([self.rule(rule) for rule in table.rules])
        return [when(hit, [assign(marks, self.letters(table)), *found], [no_hit])]

    def weighed(self, _policy: BoundPolicy, screened: Screened) -> ast.expr:
        """Return what prevails, which `screened` tells, over the letters of both screens and the row of the matrix."""
        return expression(
            "SCREENED(eligibility, knock_outs, offer, TUPLE(score_reasons))",
            SCREENED=name(self.constant(screened)),
            TUPLE=name(self.constant(tuple)),
        )

    def give_up(self) -> ast.stmt:
        """Return `raise Unknown`: what generated code leaves to the interpreter."""
        return ast.Raise(name(self.constant(Unknown)))

    def needing(self, _names: frozenset[str]) -> list[ast.stmt]:
        """Return code that gives up where one of the names is missing."""
        return []

    def noting(self, _names: frozenset[str]) -> list[ast.stmt]:
        """Return code that puts outputs of stages, as far as they are among the names, where the interpreter looks."""
        return []

    def selected(self, _table: RuleTable[Any], _row: str, _marks: str, code: list[ast.stmt]) -> list[ast.stmt]:
        """Return `code`, which selects the row of a stage, for when names of the table may be missing."""
        return code


def variables(layout: Layout) -> dict[str, str]:
    """Return the variables of a policy's names."""
    numbered = {fact.name: f"v{at}" for at, fact in enumerate(layout.facts)}
    numbered |= {fact.name: f"d{at}" for at, fact in enumerate(layout.definitions)}
    return numbered | {output: output for output in STAGE_OUTPUTS} | {TODAY: "today", NOW: "as_of"}
