"""Exchange rates of one moment, and amounts in another currency: exact until the one rounding at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from shared.money import MAX_MINOR, exponent

Pair = tuple[str, str]
"""From one currency into another."""

GOOD_FOR_DAYS: Final = 7
"""How many days a rate may be used unless it was stated with another number: a feed may miss a long weekend."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A rate as somebody stated it: from `effective_on` one unit of `base` is worth `rate` units of `quote`.

    It may be used for `good_for_days`, the first day included.
    """

    base: str
    quote: str
    effective_on: date
    rate: Decimal
    good_for_days: int
    source: str
    actor: str
    created_at: datetime

    @property
    def good_until(self) -> date:
        """The last day on which it may be used."""
        return self.effective_on + timedelta(days=self.good_for_days - 1)

    def is_good(self, on: date) -> bool:
        """Tell whether it may be used on a day."""
        return self.effective_on <= on <= self.good_until


@dataclass(frozen=True, slots=True)
class Rates:
    """How many units of the second currency of a pair one unit of the first is worth."""

    rates: Mapping[Pair, Fraction] = field(default_factory=dict)

    def rate(self, source: str, target: str) -> Fraction | None:
        """Return the rate between two currencies; None without one.

        As it is stated, or as the inverse of what is, or through one third currency with which both have a rate (the
        first by the alphabet). The rate back is always exactly the inverse.
        """
        if source == target:
            return Fraction(1)
        direct = self._between(source, target)
        if direct is not None:
            return direct
        for pivot in sorted({currency for pair in self.rates for currency in pair}):
            to_pivot, from_pivot = self._between(source, pivot), self._between(pivot, target)
            if to_pivot is not None and from_pivot is not None:
                return to_pivot * from_pivot
        return None

    def exact(self, amount_minor: int, source: str, target: str) -> Fraction | None:
        """Return an amount in the minor units of `target`, not rounded; None without a rate."""
        rate = self.rate(source, target)
        if rate is None:
            return None
        return amount_minor * rate * Fraction(10) ** (exponent(target) - exponent(source))

    def committed(self, amount_minor: int, source: str, target: str) -> int | None:
        """Return a commitment in the minor units of `target`, rounded up: it is never counted as less than it is.

        None without a rate (an amount of 0 needs none), and for what would be more than money can be.
        """
        if source == target or amount_minor == 0:
            return amount_minor
        exact = self.exact(amount_minor, source, target)
        if exact is None or abs(exact) > MAX_MINOR:
            return None
        return ceil(exact)

    def available(self, amount_minor: int, source: str, target: str) -> int | None:
        """Return what is available in the minor units of `target`, rounded down: no more is promised than is there."""
        if source == target:
            return amount_minor
        exact = self.exact(amount_minor, source, target)
        return None if exact is None else max(-MAX_MINOR, min(floor(exact), MAX_MINOR))

    def is_stated(self, source: str, target: str) -> bool:
        """Tell whether there is a rate of this very pair, in one direction or the other."""
        return (source, target) in self.rates or (target, source) in self.rates

    def _between(self, source: str, target: str) -> Fraction | None:
        stated = self.rates.get((source, target))
        if stated is not None:
            return stated
        inverse = self.rates.get((target, source))
        return None if inverse is None else 1 / inverse


def good_rates(latest: Iterable[Statement], on: date) -> Rates:
    """Return the rates that may be used on a day, given the latest statement of each pair.

    Where both directions of a pair are stated, the one with the later day speaks for both.
    """
    chosen: dict[Pair, Statement] = {}
    for statement in latest:
        if not statement.is_good(on):
            continue
        pair = (min(statement.base, statement.quote), max(statement.base, statement.quote))
        rival = chosen.get(pair)
        if rival is None or (statement.effective_on, statement.base) > (rival.effective_on, rival.base):
            chosen[pair] = statement
    return Rates({(entry.base, entry.quote): Fraction(entry.rate) for entry in chosen.values()})
