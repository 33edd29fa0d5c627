"""Definitions as code."""

import ast
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from services.decision.domain.policy.bind import BoundDefinition, Formula, RuleTable
from services.decision.domain.policy.generated.code import (
    append,
    assign,
    call,
    chain,
    constant,
    equals,
    expression,
    item,
    name,
    template,
    when,
)
from services.decision.domain.policy.generated.scope import Scope
from services.decision.domain.policy.generated.tables import single
from services.decision.domain.policy.interpret import aggregate
from services.decision.domain.policy.result import HIT, NOT_EVALUATED
from shared.facts import Fact
from shared.feel.typed import Typed
from shared.feel.typed.nodes import Constant

_REMEMBERED: Final = 2_000


def definition(of: BoundDefinition, marks: str, order: Sequence[int], scope: Scope) -> list[ast.stmt]:
    """Return code that computes a definition into its variable and its letters into `marks`."""
    variable = scope.variable_of[of.name]
    if isinstance(of.source, Formula):
        return [assign(variable, scope.code(of.source.typed)), assign(marks, constant(HIT))]
    if of.source.aggregation is None:
        return [*single(of.source, "row", marks, order, scope), *_value_of_row(of.source, variable, scope)]
    return _aggregate(of.source, of.fact, variable, marks, scope)


def _value_of_row(table: RuleTable[Formula | None], variable: str, scope: Scope) -> list[ast.stmt]:
    typed = [output.typed for output in table.outputs if output is not None]
    values = tuple(_literal(each) for each in typed)
    if None not in values:
        return [assign(variable, item(scope.constant(values), name("row")))]
    links = [
        (equals(name("row"), constant(row)), [assign(variable, scope.code(each))]) for row, each in enumerate(typed)
    ]
    undone = assign(variable, constant(None))
    return [undone, *chain(links, ast.Compare(name(variable), [ast.Is()], [constant(None)]))]


def _aggregate(table: RuleTable[Formula | None], fact: Fact, variable: str, marks: str, scope: Scope) -> list[ast.stmt]:
    aggregated = _remembered(table, fact, variable, marks, scope) or _collected(table, fact, variable, marks, scope)
    aggregated.append(when(expression("VALUE is None", VALUE=name(variable)), [scope.give_up()]))
    every = assign(marks, scope.letters(table))
    if table.default is None:
        return [every, *aggregated]
    by_default = [assign(variable, scope.code(table.default.typed)), append(marks, HIT)]
    aggregated.append(append(marks, NOT_EVALUATED))
    any_hit = ast.Compare(constant(HIT), [ast.In()], [name(marks)])
    return [every, when(any_hit, aggregated, by_default)]


def _remembered(
    table: RuleTable[Formula | None], fact: Fact, variable: str, marks: str, scope: Scope
) -> list[ast.stmt] | None:
    """Where rows have literal values, what a combination of them comes to is found once; None where they do not."""
    values = [row if rule.output is None else _literal(rule.output.typed) for row, rule in enumerate(table.rules)]
    if None in values:
        return None
    total = _aggregator(table, fact)

    @lru_cache(maxsize=_REMEMBERED)
    def of_letters(found: str) -> Any:
        return total([value for value, letter in zip(values, found, strict=True) if letter == HIT])

    return [assign(variable, call(scope.constant(of_letters), name(marks)))]


def _literal(typed: Typed) -> Any:
    """The value of a literal; None for what has to be computed, and for `null`."""
    return typed.value if isinstance(typed, Constant) else None


def _collected(table: RuleTable[Formula | None], fact: Fact, variable: str, marks: str, scope: Scope) -> list[ast.stmt]:
    statements: list[ast.stmt] = template("hits = []")
    for row, rule in enumerate(table.rules):
        if rule.output is not None:
            hit = equals(item(marks, constant(row)), constant(HIT))
            statements.append(when(hit, template("hits.append(VALUE)", VALUE=scope.code(rule.output.typed))))
    total = scope.constant(_aggregator(table, fact))
    return [*statements, assign(variable, call(total, name("hits")))]


def _aggregator(table: RuleTable[Formula | None], fact: Fact) -> Callable[[Sequence[Any]], Any]:
    aggregation = table.aggregation
    assert aggregation is not None
    return lambda values: aggregate(aggregation, values, fact)
