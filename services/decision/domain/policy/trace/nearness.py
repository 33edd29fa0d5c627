"""How far a row was from hitting: the number of tests that failed, and, of a single one, the distance."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.decision.domain.policy.bind import RuleTable, TypedTest
from services.decision.domain.policy.document import IF
from services.decision.domain.policy.interpret import Course
from shared.facts import Fact, FactType
from shared.feel.typed import region
from shared.feel.values import NUMBERS
from shared.money import MAX_MINOR, Money


def nearest_miss(table: RuleTable[Any], rows: Sequence[dict[str, Any]], course: Course) -> dict[str, Any] | None:
    """Return the row with the fewest failing tests among those that did not hit, None when there is none.

    `{"row", "failed"}`, and, where a single test of an ordered name failed, `{"fact", "distance"}` in words of its
    unit: `1,500.00 EUR too high`.
    """
    missed = [row for row in rows if row.get("nearest")]
    if not missed:
        return None
    nearest = min(missed, key=lambda row: (row["nearest"], row["row"]))
    miss: dict[str, Any] = {"row": nearest["row"], "failed": nearest["nearest"]}
    if nearest["nearest"] == 1:
        at = next(at for at, shown in enumerate(nearest["conditions"]) if shown["status"] == "no_hit")
        test = table.rules[nearest["row"] - 1].tests[at]
        words = distance(test, table, None if test.fact == IF else course.get(test.fact))
        if words is not None:
            miss |= {"fact": test.fact, "distance": words}
    return miss


def distance(test: TypedTest, table: RuleTable[Any], value: Any) -> str | None:
    """Return how far `value` is from what a test asks for, in words; None where there is no telling."""
    fact = None if test.fact == IF else table.vocabulary.facts[test.fact]
    if value is None or fact is None or fact.type in (FactType.ENUM, FactType.BOOLEAN):
        return None
    ranges = region(test.typed, test.fact, table.vocabulary.types[test.fact])
    at = _key(value, fact)
    if not ranges or at is None:
        return None
    # Of two ends that are equally far the upper one is told: what is asked for is then more, not less.
    target = min((end for ends in ranges for end in ends), key=lambda end: (abs(end - at), -end))
    return f"{_amount(abs(target - at), fact)} too {'low' if at < target else 'high'}"


def _key(value: Any, fact: Fact) -> int | None:
    if isinstance(value, Decimal):
        scaled = value.scaleb(fact.scale, NUMBERS)
        return int(scaled) if scaled == scaled.to_integral_value() else None
    return value.toordinal() if isinstance(value, date) else int(value)


def _amount(size: int, fact: Fact) -> str:
    match fact.type:
        case FactType.MONEY:
            return str(Money(size, fact.currency or "")) if size <= MAX_MINOR else f"{size} minor units"
        case FactType.DATE:
            return f"{size} day" if size == 1 else f"{size} days"
        case FactType.DECIMAL:
            number = f"{Decimal(size).scaleb(-fact.scale, NUMBERS):f}"
        case _:
            number = str(size)
    return f"{number} {fact.unit}" if fact.unit else number
