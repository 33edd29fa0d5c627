"""A variable of the source bound to a fact of the product: its numbers as whole quanta, its texts as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.mapping import ImportMapping, MappedCharacteristic
from services.scorecards.interchange.numbers import read_number
from shared.facts import Fact, FactType, Source
from shared.money import MAX_MINOR
from shared.products import Product

NUMERIC: Final = frozenset({FactType.INTEGER, FactType.MONEY, FactType.DECIMAL})
_CATEGORICAL: Final = frozenset({FactType.ENUM, FactType.BOOLEAN})
_LARGEST_DECIMAL: Final = 10**12
_TRUTHS: Final = {"true": True, "false": False}

Value = str | int | bool
"""A value in the form of the artefact: decimals as strings, money in minor units."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A fact and how the source writes it.

    A quantum is the smallest step of a number of the fact: 1 of an integer, a minor unit of money, 10^-scale of a
    decimal. Between two neighbouring quanta the fact has no value, so that any edge of the source, closed on either
    side, is exactly one whole number of quanta.
    """

    variable: str
    fact: Fact
    said: MappedCharacteristic

    @property
    def numeric(self) -> bool:
        """Whether the fact is a number."""
        return self.fact.type in NUMERIC

    @property
    def reach(self) -> tuple[int, int]:
        """The lowest and the highest number, in quanta, that the fact can have."""
        if self.fact.type is FactType.DECIMAL:
            largest = _LARGEST_DECIMAL * 10**self.fact.scale - 1
            return -largest, largest
        low, high = self.fact.minimum, self.fact.maximum
        return -MAX_MINOR if low is None else low, MAX_MINOR if high is None else high

    def first_at(self, number: Decimal | Fraction) -> int:
        """Return the first quantum at or above a number of the source."""
        return ceil(self._quanta(number))

    def first_above(self, number: Decimal | Fraction) -> int:
        """Return the first quantum above a number of the source."""
        return floor(self._quanta(number)) + 1

    def exactly(self, number: Decimal | Fraction) -> int | None:
        """Return the quantum that a number of the source is, None when it lies between two."""
        quanta = self._quanta(number)
        return quanta.numerator if quanta.denominator == 1 else None

    def source_number(self, quantum: int) -> Fraction:
        """Return the number of the source that a number of quanta is."""
        return Fraction(quantum) / (self.said.multiply * self._steps)

    def written(self, quantum: int) -> int | str:
        """Return a number of quanta in the form of the artefact."""
        if self.fact.type is not FactType.DECIMAL:
            return quantum
        return format(Decimal(quantum).scaleb(-self.fact.scale), "f")

    def value(self, text: str) -> Value | None:
        """Return the value of a categorical fact that a text of the source means, None when it means none."""
        mapped = (self.said.values or {}).get(text)
        if mapped is not None:
            return mapped
        if self.fact.type is FactType.BOOLEAN:
            return _TRUTHS.get(text.lower())
        return text if text in self.fact.values else None

    def texts(self) -> Mapping[str, Value]:
        """Return every text of the source that means a value of a categorical fact, with that value.

        A value that the mapping gives other texts is no longer meant by its own.
        """
        own: Mapping[str, Value] = (
            _TRUTHS if self.fact.type is FactType.BOOLEAN else {text: text for text in self.fact.values}
        )
        said = self.said.values or {}
        return {**{text: value for text, value in own.items() if value not in said.values()}, **said}

    def special(self, text: str) -> tuple[Value, ...] | None:
        """Return the values of the fact that the mapping lists for a named bin, None for a name it doesn't know."""
        return (self.said.special or {}).get(text)

    def number(self, text: str) -> int | None:
        """Return the quantum that a text of the source is, None when it is none."""
        number = read_number(text)
        return None if number is None else self.exactly(number)

    def _quanta(self, number: Decimal | Fraction) -> Fraction:
        return Fraction(number) * self.said.multiply * self._steps

    @property
    def _steps(self) -> int:
        steps: int = 10**self.fact.scale if self.fact.type is FactType.DECIMAL else 1
        return steps


def bind(variable: str, product: Product, mapping: ImportMapping, place: str) -> Binding:
    """Return the binding of a variable that the source has at `place`.

    Raises `InterchangeError` when the mapping names no usable fact for it, or maps to values that the fact lacks.
    """
    said = mapping.of(variable)
    name = said.fact or variable
    fact = product.dictionary.facts.get(name)
    if fact is None:
        hint = f"say which one under /characteristics/{variable}/fact of the mapping"
        raise InterchangeError(f"{name!r} is not a fact of {product.name}; {hint}", place)
    if fact.protected:
        raise InterchangeError(f"{name} is a protected attribute of {product.name} and can't be scored", place)
    if fact.source is Source.SCORING:
        raise InterchangeError(f"{name} is not a fact of the application", place)
    if fact.type not in NUMERIC | _CATEGORICAL:
        raise InterchangeError(f"{name} is a {fact.type}, which bins can't hold", place)
    for text, value in (said.values or {}).items():
        allowed = type(value) is bool if fact.type is FactType.BOOLEAN else value in fact.values
        if not allowed:
            where = f"mapping /characteristics/{variable}/values/{text}"
            raise InterchangeError(f"is not a value of {name}", where)
    return Binding(variable, fact, said)
