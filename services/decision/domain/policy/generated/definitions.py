"""Definitions as code."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from services.decision.domain.policy.bind import BoundDefinition, Formula, RuleTable
from services.decision.domain.policy.document import Aggregation
from services.decision.domain.policy.generated.code import (
    append,
    assign,
    call,
    chain,
    constant,
    equals,
    item,
    name,
    template,
    when,
)
from services.decision.domain.policy.generated.scope import Scope
from services.decision.domain.policy.generated.tables import letters, single
from services.decision.domain.policy.interpret import aggregate
from services.decision.domain.policy.result import HIT, NOT_EVALUATED
from shared.facts import Fact
from shared.feel.typed.nodes import Constant


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
    if all(isinstance(each, Constant) for each in typed):
        values = tuple(each.value for each in typed if isinstance(each, Constant))
        return [assign(variable, item(scope.constant(values), name("row")))]
    links = [
        (equals(name("row"), constant(row)), [assign(variable, scope.code(each))]) for row, each in enumerate(typed)
    ]
    undone = assign(variable, constant(None))
    return [undone, *chain(links, ast.Compare(name(variable), [ast.Is()], [constant(None)]))]


def _aggregate(table: RuleTable[Formula | None], fact: Fact, variable: str, marks: str, scope: Scope) -> list[ast.stmt]:
    statements = [assign(marks, letters(table, scope))]
    hits: list[ast.stmt] = template("hits = []")
    for row, rule in enumerate(table.rules):
        value = constant(row) if rule.output is None else scope.code(rule.output.typed)
        hit = equals(item(marks, constant(row)), constant(HIT))
        hits.append(when(hit, template("hits.append(VALUE)", VALUE=value)))
    total = _aggregator(table.aggregation or Aggregation.COUNT, fact)
    hits.append(assign(variable, call(scope.constant(total), name("hits"))))
    hits += template("if VALUE is None: return None", VALUE=name(variable))
    if table.default is None:
        return [*statements, *hits]
    by_default = [assign(variable, scope.code(table.default.typed)), append(marks, HIT)]
    hits.append(append(marks, NOT_EVALUATED))
    any_hit = ast.Compare(constant(HIT), [ast.In()], [name(marks)])
    return [*statements, when(any_hit, hits, by_default)]


def _aggregator(aggregation: Aggregation, fact: Fact) -> Callable[[Sequence[Any]], Any]:
    return lambda values: aggregate(aggregation, values, fact)
