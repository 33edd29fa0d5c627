"""Decision tables as code."""

import ast
from collections.abc import Sequence
from typing import Any, Final

from services.decision.domain.policy.bind import Rule, RuleTable
from services.decision.domain.policy.document import HitPolicy
from services.decision.domain.policy.generated.code import (
    all_of,
    append,
    assign,
    below,
    call,
    chain,
    constant,
    item,
    name,
    when,
)
from services.decision.domain.policy.generated.scope import Scope
from services.decision.domain.policy.result import HIT, NO_HIT, NOT_EVALUATED
from shared.feel.typed.nodes import (
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    IsMissing,
    Membership,
    Not,
    Variable,
    Within,
    walk,
)

_CERTAIN: Final = (Comparison, Conjunction, Constant, Disjunction, IsMissing, Membership, Not, Variable, Within)
"""What can always be told when no name is missing."""

_SPELT_OUT: Final = 256
"""Rows up to which the letters of every row that may hit are kept ready."""


def single(table: RuleTable[Any], row: str, marks: str, order: Sequence[int], scope: Scope) -> list[ast.stmt]:
    """Return code that puts the number of the row that counts into `row`, the letters into `marks`; or gives up."""
    in_turn = table.hit_policy is HitPolicy.FIRST
    if in_turn or (table.hit_policy is HitPolicy.UNIQUE and _certain(table)):
        numbered = list(enumerate(table.rules))
        find = [assign(row, constant(-1))]
        find += _search(numbered, row, scope) if in_turn else _grouped(numbered, 0, row, scope)
        return [*find, *_or_default(table, row, scope), assign(marks, item(scope.constant(_marks(table)), name(row)))]
    every = assign(marks, scope.letters(table))
    find = [assign(row, call(scope.constant(_counting(order)), name(marks)))]
    if table.default is None:
        return [every, *find, when(below(name(row), constant(0)), [scope.give_up()])]
    by_default = [assign(row, constant(len(table.rules))), append(marks, HIT)]
    return [every, *find, when(below(name(row), constant(0)), by_default, [append(marks, NOT_EVALUATED)])]


def _or_default(table: RuleTable[Any], row: str, scope: Scope) -> list[ast.stmt]:
    nothing = scope.give_up() if table.default is None else assign(row, constant(len(table.rules)))
    return [when(below(name(row), constant(0)), [nothing])]


def _search(rules: Sequence[tuple[int, Rule[Any]]], row: str, scope: Scope) -> list[ast.stmt]:
    links = [(scope.rule(rule), [assign(row, constant(number))]) for number, rule in rules]
    return chain(links, below(name(row), constant(0)))


def _grouped(rules: Sequence[tuple[int, Rule[Any]]], depth: int, row: str, scope: Scope) -> list[ast.stmt]:
    """Rows that cannot overlap may be tried in any order: those that begin alike share their first test."""
    groups: dict[tuple[str, str], list[tuple[int, Rule[Any]]]] = {}
    for number, rule in rules:
        key = (rule.tests[depth].fact, rule.tests[depth].text) if depth < len(rule.tests) else ("", str(number))
        groups.setdefault(key, []).append((number, rule))
    links = []
    for members in groups.values():
        number, rule = members[0]
        if len(members) == 1:
            rest = Rule(rule.tests[depth:], rule.output)
            links.append((scope.rule(rest), [assign(row, constant(number))]))
        else:
            links.append((scope.code(rule.tests[depth].typed), _grouped(members, depth + 1, row, scope)))
    still_open = below(name(row), constant(0))
    if len(groups) == len(rules):
        return chain(links, still_open)
    # Groups may overlap though their rows do not: after one that gave no row the next is tried.
    first, *others = links
    return [when(*first), *(when(all_of([still_open, test]), body) for test, body in others)]


def _certain(table: RuleTable[Any]) -> bool:
    different = {id(test.typed): test.typed for rule in table.rules for test in rule.tests}
    return all(isinstance(node, _CERTAIN) for typed in different.values() for node in walk(typed))


def _counting(order: Sequence[int]) -> Any:
    if list(order) == sorted(order):
        return _first_hit

    def counting(marks: str) -> int:
        return next((row for row in order if marks[row] == HIT), -1)

    return counting


def _first_hit(marks: str) -> int:
    return marks.find(HIT)


def _marks(table: RuleTable[Any]) -> "Marks | tuple[str, ...]":
    marks = Marks(table)
    count = len(table.rules)
    return tuple(marks[row] for row in range(count + 1)) if count <= _SPELT_OUT else marks


class Marks:
    """The letters of a table by the number of the row that hit alone, or hit first."""

    def __init__(self, table: RuleTable[Any]) -> None:
        self.count = len(table.rules)
        self.rest = NOT_EVALUATED if table.hit_policy is HitPolicy.FIRST else NO_HIT
        self.default = "" if table.default is None else NOT_EVALUATED

    def __getitem__(self, row: int) -> str:
        if row == self.count:
            return NO_HIT * self.count + HIT
        return NO_HIT * row + HIT + self.rest * (self.count - row - 1) + self.default
