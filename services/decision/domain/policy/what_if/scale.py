"""The values of a fact as integers that keep their order, so that all kinds of facts are searched alike."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.decision.domain.policy.layout import bounds
from shared.facts import Change, Fact, FactType, FactValue
from shared.feel.values import NUMBERS

_YEAR_DAYS: Final = 365
_MONEY_STEPS: Final = 1_000
"""A sensible step of an amount is about a thousandth of it, in round figures."""


@dataclass(frozen=True, slots=True)
class Scale:
    """One fact: minor units, a decimal times ten to the power of its scale, days, positions of an enum, 0 and 1."""

    fact: Fact

    @property
    def is_ordered(self) -> bool:
        """Tell whether more and less mean something."""
        return self.fact.type not in (FactType.ENUM, FactType.BOOLEAN)

    def key(self, value: FactValue) -> int:
        """Return the integer of a value of the fact."""
        if isinstance(value, str):
            return self.fact.values.index(value)
        if isinstance(value, Decimal):
            return int(value.scaleb(self.fact.scale, NUMBERS))
        return value.toordinal() if isinstance(value, date) else int(value)

    def value(self, key: int) -> FactValue:
        """Return the value of an integer that `key` gave, or that lies within `reach`."""
        match self.fact.type:
            case FactType.ENUM:
                return self.fact.values[key]
            case FactType.BOOLEAN:
                return bool(key)
            case FactType.DECIMAL:
                return Decimal(key).scaleb(-self.fact.scale, NUMBERS)
            case FactType.DATE:
                return date.fromordinal(key)
            case _:
                return key

    def reach(self, key: int) -> tuple[int, int]:
        """Return the least and the greatest key that the applicant can bring the fact to.

        What is not below zero is not brought there: to owe less than nothing is no advice.
        """
        low, high = bounds(self.fact)
        if key >= 0 and self.is_ordered:
            low = max(low, 0)
        if self.fact.mutable is Change.LOWER:
            high = key
        elif self.fact.mutable is Change.HIGHER:
            low = key
        return (low, high) if self.fact.mutable is not None else (key, key)

    def size(self, key: int) -> int:
        """Return what a change is measured against: the value itself, of a date a year."""
        return _YEAR_DAYS if self.fact.type is FactType.DATE else abs(key)

    def distance(self, before: int, after: int) -> Decimal:
        """Return the relative change; one for another value of an enum, for a year, and for the first of anything."""
        if before == after:
            return Decimal(0)
        whole = self.size(before) if self.is_ordered else 0
        return NUMBERS.divide(Decimal(abs(after - before)), Decimal(whole)) if whole else Decimal(1)

    def rounded(self, before: int, after: int) -> int:
        """Return `after` moved on, away from `before`, to a round amount; other facts than amounts stay as they are."""
        step = self._step(after)
        return after - after % step if after < before else after + -after % step

    def _step(self, key: int) -> int:
        size = abs(key) // _MONEY_STEPS
        if self.fact.type is not FactType.MONEY or size == 0:
            return 1
        power: int = 10 ** (len(str(size)) - 1)
        return next(power * lead for lead in (5, 2, 1) if power * lead <= size)
