"""Aggregating the values of the rows that hit (DMN 1.5, 8.2.8.3), exactly."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.policy.document import Aggregation
from shared.facts import Fact, FactType
from shared.feel.typed import Type, domain
from shared.feel.values import NUMBERS

_ONE: Final = Decimal(1)


def aggregate(aggregation: Aggregation, values: Sequence[Any], fact: Fact) -> Any:
    """Return the aggregate of `values`, which are values of `fact`; None where it is not one itself.

    A sum or number of nothing is zero (DMN leaves it null); the least and the greatest of nothing are missing.
    """
    if aggregation is Aggregation.COUNT:
        return len(values)
    if aggregation is Aggregation.SUM:
        return _sum(values, fact)
    if not values:
        return None
    return min(values) if aggregation is Aggregation.MIN else max(values)


def _sum(values: Sequence[Any], fact: Fact) -> Any:
    ((low, high),) = domain(Type.of_fact(fact))
    if fact.type is not FactType.DECIMAL:
        total = sum(values)
        return total if low <= total <= high else None
    exact = _ONE.scaleb(-fact.scale, NUMBERS)
    # Values have up to 18 digits before the point: thousands of them still add up exactly in 34 digits.
    amount = Decimal(0)
    for value in values:
        amount = NUMBERS.add(amount, value)
    return NUMBERS.quantize(amount, exact) if low <= amount.scaleb(fact.scale, NUMBERS) <= high else None
