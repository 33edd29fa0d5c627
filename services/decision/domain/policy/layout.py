"""Where each name that a policy reads has its value, and how facts get there: only values of their facts count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
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

Reader = Callable[[Any], Any]

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
    _readers: tuple[tuple[str, Reader], ...]

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
            _readers=tuple((fact.name, reader(fact)) for fact in facts),
        )

    def read(self, values: Mapping[str, FactValue], as_of: datetime) -> list[Any]:
        """Return the slots with the facts; None for what is missing or is not a value of its fact."""
        slots: list[Any] = [read(values.get(name)) for name, read in self._readers]
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


def reader(fact: Fact) -> Reader:
    """Return a function to values of `fact` in their normal form (a decimal at its scale); None for any other value."""
    kind, check = PYTHON_TYPE[fact.type], _CHECKS[fact.type](fact)

    def read(value: object) -> Any:
        # Not isinstance: True is an int and a datetime is a date, and neither is a value of those facts.
        return check(value) if type(value) is kind else None

    return read


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


def _whole(fact: Fact) -> Reader:
    low, high = bounds(fact)
    return lambda value: value if low <= value <= high else None


def _decimal(fact: Fact) -> Reader:
    one, (low, high) = quantum(fact), decimal_bounds(fact)

    def check(value: Any) -> Any:
        if not value.is_finite() or not low <= value <= high:
            return None
        exact = value.quantize(one, context=NUMBERS)
        return exact if exact == value else None

    return check


def _enum(fact: Fact) -> Reader:
    values = frozenset(fact.values)
    return lambda value: value if value in values else None


def _any(_fact: Fact) -> Reader:
    return lambda value: value


_CHECKS: Final[Mapping[FactType, Callable[[Fact], Reader]]] = {
    FactType.INTEGER: _whole,
    FactType.MONEY: _whole,
    FactType.DECIMAL: _decimal,
    FactType.ENUM: _enum,
    FactType.BOOLEAN: _any,
    FactType.DATE: _any,
}
