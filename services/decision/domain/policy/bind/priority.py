"""The order in which the rows of a table count, if several hit."""

from typing import Any

from services.decision.domain.policy.bind.bound import Formula, RuleTable
from services.decision.domain.policy.document import Grade, HitPolicy, Offer
from shared.feel.typed.nodes import Constant


def counting_order(table: RuleTable[Any]) -> tuple[int, ...]:
    """Return the numbers of the rows, those that count first (PRIORITY; elsewhere the order is that of the rows).

    In the matrix the gravest outcome goes first; elsewhere the order is that of the values the table states.
    """
    rows = range(len(table.rules))
    if table.hit_policy is not HitPolicy.PRIORITY:
        return tuple(rows)
    return tuple(sorted(rows, key=lambda row: _rank(table, table.rules[row].output)))


def _rank(table: RuleTable[Any], output: object) -> int:
    value: object = None
    if isinstance(output, Offer):
        return -output.outcome.severity
    if isinstance(output, Grade):
        value = output.grade
    elif isinstance(output, Formula) and isinstance(output.typed, Constant):
        value = output.typed.value
    return table.values.index(value) if isinstance(value, str) and value in table.values else len(table.values)
