"""What is different in code where facts and definitions may be missing."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.decision.domain.policy.bind import STAGE_OUTPUTS, BoundPolicy, RuleTable, names_of_rule, names_of_table
from services.decision.domain.policy.generated.code import (
    all_of,
    any_of,
    assign,
    below,
    call,
    constant,
    expression,
    name,
    when,
)
from services.decision.domain.policy.generated.partial.steps import CLOCK, weigher
from services.decision.domain.policy.generated.scope import Scope, Screened
from services.decision.domain.policy.interpret import Interpreter, row_letter
from services.decision.domain.policy.result import MISSING, NO_HIT
from shared.feel.typed import General, Typed, names_in
from shared.feel.typed.nodes import (
    Arithmetic,
    Brought,
    Comparison,
    Constant,
    Function,
    ListOf,
    Membership,
    Not,
    Variable,
    Within,
    walk,
)

_NEVER_MISSING: Final = frozenset((*STAGE_OUTPUTS, *CLOCK))
"""Stages that come to nothing are left to the interpreter, and what the matrix leaves open is asked for when read."""

_STRICT: Final = (Arithmetic, Brought, Comparison, Constant, Function, General, ListOf, Membership, Not, Variable)
"""Nodes that need the values of all nodes below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerant(Scope):
    """Facts and definitions may be None. What lacks one asks the interpreter's functions of `slots`."""

    interpreter: Interpreter

    def letter(self, table: RuleTable[Any], row: int) -> ast.expr:
        """Return the letter of a row, in three-valued logic."""
        letter, there = Scope.letter(self, table, row), self.there(names_of_rule(table.rules[row]))
        if there is None:
            return letter
        return ast.IfExp(there, letter, self._letter_without(table, row))

    def screen(self, table: RuleTable[Any], marks: str, found: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return code for the letters of a screen; every row is looked at, for there is no cheaper way to tell."""
        notable = ast.Compare(name(marks), [ast.NotEq()], [constant(NO_HIT * len(table.rules))])
        return [assign(marks, self.letters(table)), when(notable, found)]

    def weighed(self, policy: BoundPolicy, screened: Screened) -> ast.expr:
        """Return what prevails, rows that are missing among what was found."""
        weigh = weigher(policy, self.interpreter.layout, screened)
        return expression(
            "WEIGH(eligibility, knock_outs, offer, score_reasons, slots)", WEIGH=name(self.constant(weigh))
        )

    def _letter_without(self, table: RuleTable[Any], row: int) -> ast.expr:
        """Return the letter of a row that lacks a name: no hit where a test that can be told fails, else missing."""
        tests = table.rules[row].tests
        if not all(needs_all(test.typed) for test in tests):
            closures = self.interpreter.tables[table.name].tests[row]
            return call(self.constant(row_letter), name(self.constant(closures)), name("slots"))
        if len(tests) == 1:
            return constant(MISSING)
        guards = [self.there(test.names) or constant(True) for test in tests]
        fails = [
            all_of([guard, ast.UnaryOp(ast.Not(), self.code(test.typed))])
            for guard, test in zip(guards, tests, strict=True)
        ]
        return ast.IfExp(any_of(fails), constant(NO_HIT), constant(MISSING))

    def needing(self, names: frozenset[str]) -> list[ast.stmt]:
        """Return code that gives up where one of the names is missing."""
        there = self.there(names)
        return [] if there is None else [when(ast.UnaryOp(ast.Not(), there), [self.give_up()])]

    def noting(self, names: frozenset[str]) -> list[ast.stmt]:
        """Return code that puts outputs of stages into their slots."""
        return [self.note(output) for output in STAGE_OUTPUTS if output in names]

    def note(self, of: str) -> ast.stmt:
        """Return code that puts a variable into its slot."""
        slot = ast.Subscript(name("slots"), constant(self.interpreter.layout.slot_of[of]), ast.Store())
        return ast.Assign([slot], name(self.variable_of[of]))

    def selected(self, table: RuleTable[Any], row: str, marks: str, code: list[ast.stmt]) -> list[ast.stmt]:
        """Return code that selects the row of a stage, by the interpreter where a name is missing."""
        there = self.there(names_of_table(table))
        if there is None:
            return code
        select = self.constant(self.interpreter.tables[table.name].select)
        by_interpreter = [
            *self.noting(names_of_table(table)),
            assign_both(row, marks, call(select, name("slots"))),
            when(below(name(row), constant(0)), [self.give_up()]),
        ]
        return [when(there, code, by_interpreter)]

    def there(self, names: frozenset[str]) -> ast.expr | None:
        """Return whether all facts and definitions among the names are there; None where there are none."""
        doubtful = sorted(names - _NEVER_MISSING)
        if not doubtful:
            return None
        none = constant(None)
        return all_of([ast.Compare(name(self.variable_of[each]), [ast.IsNot()], [none]) for each in doubtful])


def needs_all(typed: Typed) -> bool:
    """Tell whether an expression is missing as soon as one of its names is."""
    return all(
        isinstance(node, _STRICT)
        or (isinstance(node, Within) and (names_in(node.low) | names_in(node.high)) <= _NEVER_MISSING)
        for node in walk(typed)
    )


def assign_both(one: str, other: str, values: ast.expr) -> ast.stmt:
    """Return `one, other = values`."""
    return ast.Assign([ast.Tuple([ast.Name(one, ast.Store()), ast.Name(other, ast.Store())], ast.Store())], values)
