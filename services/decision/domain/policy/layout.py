"""Where each name that a policy reads has its value, and how facts get there: only values of their facts count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from services.decision.domain.policy.bind import (
    STAGE_OUTPUTS,
    BoundPolicy,
    names_of_definition,
    names_of_table,
)
from shared.facts import Fact, FactType, FactValue, Source
from shared.feel.typed import NOW, TODAY, Type, domain
from shared.feel.values import NUMBERS
from shared.products import REQUESTED_AMOUNT

PYTHON_TYPE: Final = {
    FactType.INTEGER: int,
    FactType.MONEY: int,
    FactType.DECIMAL: Decimal,
    FactType.ENUM: str,
    FactType.BOOLEAN: bool,
    FactType.DATE: date,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots of a policy: the facts that it reads, its definitions, outputs of stages, the day and the moment.

    `behind` has for each definition the names that it reads itself.
    """

    facts: tuple[Fact, ...]
    definitions: tuple[Fact, ...]
    slot_of: Mapping[str, int]
    behind: Mapping[str, frozenset[str]]
    scoring_facts: frozenset[str]
    reads_clock: bool

    @classmethod
    def of(cls, policy: BoundPolicy) -> "Layout":
        """Return the layout of a policy."""
        names = names_read(policy)
        facts = tuple(fact for name, fact in policy.product.dictionary.facts.items() if name in names)
        definitions = tuple(definition.fact for definition in policy.definitions)
        slots = [*(fact.name for fact in (*facts, *definitions)), *STAGE_OUTPUTS, TODAY, NOW]
        return cls(
            facts=facts,
            definitions=definitions,
            slot_of={name: slot for slot, name in enumerate(slots)},
            behind={definition.name: names_of_definition(definition) for definition in policy.definitions},
            scoring_facts=frozenset(fact.name for fact in facts if fact.source is Source.SCORING),
            reads_clock=not names.isdisjoint((TODAY, NOW)),
        )

    def read(self, values: Mapping[str, FactValue], as_of: datetime) -> list[Any]:
        """Return the slots with the facts; None for what is missing or is not a value of its fact."""
        slots: list[Any] = [normal(fact, values.get(fact.name)) for fact in self.facts]
        slots.extend([None] * (len(self.slot_of) - len(slots) - 2))
        slots.append(as_of.astimezone(UTC).date())
        slots.append(as_of)
        return slots


def names_read(policy: BoundPolicy) -> frozenset[str]:
    """Return every name that an evaluation of the policy reads."""
    names = {REQUESTED_AMOUNT}
    for definition in policy.definitions:
        names |= names_of_definition(definition)
    for table in policy.stages:
        names |= names_of_table(table)
    for term in policy.terms.values():
        names |= term.names
    return frozenset(names)


def normal(fact: Fact, value: object) -> Any:
    """Return `value` as values of `fact` always are (a decimal at its scale), None when it is none of them."""
    # Not isinstance: True is an int and a datetime is a date, and neither is a value of those facts.
    if type(value) is not PYTHON_TYPE[fact.type]:
        return None
    return _NORMAL[fact.type](fact, value)


def bounds(fact: Fact) -> tuple[int, int]:
    """Return the least and the greatest value of a fact, as integers: a decimal times ten to the power of its scale."""
    ((low, high),) = domain(Type.of_fact(fact))
    return low, high


def decimal_bounds(fact: Fact) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest value of a decimal fact."""
    low, high = bounds(fact)
    return Decimal(low).scaleb(-fact.scale, NUMBERS), Decimal(high).scaleb(-fact.scale, NUMBERS)


def quantum(fact: Fact) -> Decimal:
    """Return one unit in the last place of a decimal fact."""
    return Decimal(1).scaleb(-fact.scale, NUMBERS)


def _whole(fact: Fact, value: Any) -> Any:
    low, high = bounds(fact)
    return value if low <= value <= high else None


def _decimal(fact: Fact, value: Any) -> Any:
    try:
        exact = value.quantize(quantum(fact), context=NUMBERS)
    except InvalidOperation:
        return None
    low, high = decimal_bounds(fact)
    return exact if exact == value and low <= exact <= high else None


def _enum(fact: Fact, value: Any) -> Any:
    return value if value in fact.values else None


def _itself(_fact: Fact, value: Any) -> Any:
    return value


_NORMAL: Final[Mapping[FactType, Callable[[Fact, Any], Any]]] = {
    FactType.INTEGER: _whole,
    FactType.MONEY: _whole,
    FactType.DECIMAL: _decimal,
    FactType.ENUM: _enum,
    FactType.BOOLEAN: _itself,
    FactType.DATE: _itself,
}
