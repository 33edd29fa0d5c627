"""Values as people write them: 264,000.00 USD, 8.75 %, 84 months, 21 November 2026."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from services.decision.domain.policy.bind import RATE, SHARE
from services.decision.domain.policy.explain.phrases import PHRASES, Language, say
from shared.facts import Fact
from shared.feel.typed import Kind, Type
from shared.feel.values import NUMBERS
from shared.money import MAX_MINOR, Money, exponent

PERCENT: Final = "%"
"""The unit of what is said as a percentage of one: a price, or a share of the amount asked for."""

_DURATIONS: Final = {Kind.DAYS: "days", Kind.MONTHS: "months"}

_SHOWN: Final = Decimal("0.000001")
"""A computed number is shown to six places: enough to see how a result came about."""


@dataclass(frozen=True, slots=True)
class Values:
    """Words for values in one language; `currency` is that of the product."""

    language: Language
    currency: str

    def of_fact(self, fact: Fact, value: Any) -> str:
        """Return a value of a fact, or of what is described like one; None is missing."""
        return self.of_type(Type.of_fact(fact), value, unit_of(fact))

    def of_type(self, of: Type, value: Any, unit: str | None = None) -> str:
        """Return a value of a type, counted in `unit`; None is missing."""
        match value:
            case None:
                said = say(self.language, "value.missing")
            case bool():
                said = say(self.language, f"value.{str(value).lower()}")
            case str():
                said = say(self.language, "value.text", text=value)
            case date():
                said = self.day(value)
            case list():
                said = ", ".join(self.of_type(of, each, unit) for each in value)
            case _ if of.kind is Kind.MONEY:
                said = self.money(value)
            case _:
                said = self._counted(value, _DURATIONS.get(of.kind, unit))
        return said

    def money(self, minor: int | Decimal) -> str:
        """Return an amount of minor units; a computed one is shown to the whole minor unit."""
        whole = int(Decimal(minor).to_integral_value(ROUND_HALF_EVEN, NUMBERS)) if isinstance(minor, Decimal) else minor
        if abs(whole) <= MAX_MINOR:
            return str(Money(whole, self.currency))
        return f"{NUMBERS.scaleb(Decimal(whole), -exponent(self.currency)):,f} {self.currency}"

    def percent(self, share: Decimal) -> str:
        """Return a part of one as a percentage."""
        return f"{_plain(NUMBERS.multiply(share, Decimal(100)))} %"

    def day(self, value: date) -> str:
        """Return a date; of a moment, its day."""
        if isinstance(value, datetime):
            value = value.date()
        month = say(self.language, f"month.{value.month}")
        return say(self.language, "value.date", day=value.day, month=month, number=value.month, year=value.year)

    def _counted(self, value: int | Decimal, unit: str | None) -> str:
        if unit == PERCENT:
            return self.percent(Decimal(value))
        number = f"{value:,}" if isinstance(value, int) else _plain(value)
        if unit is None:
            return number
        if self.language is Language.EN and number == "1":
            return f"{number} {unit.removesuffix('s')}"
        known = f"unit.{unit}"
        return say(self.language, known, number=number) if known in PHRASES else f"{number} {unit}"


def unit_of(fact: Fact | None) -> str | None:
    """Return in what values of a fact are counted; a price and a share are said in percent."""
    if fact is None:
        return None
    return PERCENT if fact.name in (RATE, SHARE) else fact.unit


def _plain(value: Decimal) -> str:
    places = int(value.as_tuple().exponent)
    if places < -6 and abs(value) < 10**20:
        shown = value.quantize(_SHOWN, ROUND_HALF_EVEN, NUMBERS)
        # What six places would show as nothing is shown as it is.
        value = shown or value
    normal = value.normalize(NUMBERS)
    return f"{normal:,f}" if abs(normal.adjusted()) < 40 else str(normal)
