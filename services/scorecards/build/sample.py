"""The development sample by columns: exact integers for the facts, the outcome of each row, and its groups.

A number stands at its fact's scale (money in minor units), an enumeration's value as its place among the fact's values,
a boolean as 0 or 1. `MISSING` of the column's own integer type stands for a missing value, so that a million rows of
sixty facts take some hundred megabytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, Final

import numpy

from shared.facts import Fact, FactType, FactValue

_EXACT: Final = Context(prec=40)

Rows = Any
"""Numbers of rows, counted from 0: a numpy array of integers, or a sequence of them."""


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one fact, a row each."""

    fact: Fact
    codes: Any

    @property
    def missing(self) -> Any:
        """Which rows have no value."""
        return self.codes == numpy.iinfo(self.codes.dtype).min

    def code(self, value: FactValue) -> int:
        """Return how a value of the fact stands in the column."""
        if self.fact.type is FactType.ENUM:
            return self.fact.values.index(str(value))
        if isinstance(value, Decimal):
            return int(value.scaleb(self.fact.scale, _EXACT))
        assert isinstance(value, int)
        return int(value)

    def value(self, code: int) -> FactValue | None:
        """Return the value that a code stands for."""
        if code == numpy.iinfo(self.codes.dtype).min:
            return None
        if self.fact.type is FactType.ENUM:
            return self.fact.values[code]
        if self.fact.type is FactType.BOOLEAN:
            return bool(code)
        return Decimal(int(code)).scaleb(-self.fact.scale, _EXACT) if self.fact.type is FactType.DECIMAL else int(code)


@dataclass(frozen=True, slots=True)
class Groups:
    """A protected attribute, or another text, of each row: places among `labels`, -1 where it is unknown."""

    labels: tuple[str, ...]
    places: Any


@dataclass(frozen=True, slots=True)
class Sample:
    """Facts, outcome and protected groups of each row, in the order of the file.

    `bads` is an array of booleans; `sha256` is of the file. `set_apart` is the text of the column that splits, `days`
    the days of the applications where the spec needs them; `dropped` counts the rows whose outcome is neither.
    """

    columns: Mapping[str, Column]
    bads: Any
    sha256: str
    protected: Mapping[str, Groups] = field(default_factory=dict)
    set_apart: Groups | None = None
    days: Any = None
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.bads)

    def rows(self, numbers: Rows) -> "Sample":
        """Return the sample of the rows with these numbers, counted from 0."""
        chosen = numpy.asarray(numbers, dtype=numpy.int64)
        return Sample(
            {name: Column(each.fact, each.codes[chosen]) for name, each in self.columns.items()},
            self.bads[chosen],
            self.sha256,
            {name: Groups(each.labels, each.places[chosen]) for name, each in self.protected.items()},
        )

    def facts(self, row: int) -> dict[str, FactValue]:
        """Return the facts of one row as a service would get them: missing ones are not there."""
        values = {name: column.value(int(column.codes[row])) for name, column in self.columns.items()}
        return {name: value for name, value in values.items() if value is not None}


def narrow(codes: Any, absent: Any) -> Any:
    """Return integers in the smallest type that holds them and one more, which stands where `absent` is true."""
    held = codes[~absent]
    low, high = (int(held.min()), int(held.max())) if len(held) else (0, 0)
    kinds = (numpy.int8, numpy.int16, numpy.int32, numpy.int64)
    kind = next(each for each in kinds if numpy.iinfo(each).min < low and high <= numpy.iinfo(each).max)
    narrowed = codes.astype(kind)
    narrowed[absent] = numpy.iinfo(kind).min
    return narrowed


def column_of(fact: Fact, values: Sequence[FactValue | None]) -> Column:
    """Return the column of values that are at hand; the reader of files makes its columns without them."""
    absent = numpy.array([value is None for value in values], dtype=bool)
    draft = Column(fact, numpy.zeros(1, dtype=numpy.int64))
    codes = numpy.array([0 if value is None else draft.code(value) for value in values], dtype=numpy.int64)
    return Column(fact, narrow(codes, absent))
