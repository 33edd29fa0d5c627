"""How facts become the row of numbers that the trees look at, and the bands in which drift of each fact is counted."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from math import isfinite, nan
from typing import Any, Final

from services.scoring.domain.score import ScoredBin
from shared.facts import Fact, FactDictionary, FactType, FactValue, Source
from shared.money import MAX_MINOR

INPUT: Final = {
    "fact": str,
    "encoding": str,
    "divisor?": int,
    "values?": [(str, bool)],
    "missing?": str,
    "unseen?": str,
    "edges?": [(int, str)],
}

_NUMERIC: Final = frozenset({FactType.INTEGER, FactType.MONEY, FactType.DECIMAL})
_CATEGORICAL: Final = frozenset({FactType.ENUM, FactType.BOOLEAN})
_EXACT: Final = Context(prec=40)
_MOST_EDGES: Final = 100


class InputError(ValueError):
    """An input that makes no sense; `place` is a JSON pointer below the input."""

    def __init__(self, place: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.place, self.code, self.detail = place, code, detail


class Encoding(StrEnum):
    """How a fact is written into the row.

    NUMBER: its value in units of `divisor` (money in minor units). CODES: the place of its value in `values`, from 0.
    ONE_HOT: a column for each of `values`, 1 in that of its value and else 0; all 0 for a value that is missing or not
    listed. What is missing is NaN to the other two unless the artefact declares a number, and so is a category that is
    not listed.
    """

    NUMBER = "number"
    CODES = "codes"
    ONE_HOT = "one_hot"


@dataclass(frozen=True, slots=True)
class Input:
    """A fact and its columns of the row.

    `quantum` is how many units of its last place one unit of the row has; `listed` are the columns and the band of each
    listed value. `edges` are the inner ends of the bands of a number, in units of its last place. `bands` are named as
    `band_names` has them; trees give a band no points of its own.
    """

    fact: Fact
    encoding: Encoding
    quantum: int
    listed: Mapping[FactValue, tuple[tuple[float, ...], ScoredBin]]
    missing: tuple[float, ...]
    unseen: tuple[float, ...]
    edges: tuple[int, ...]
    bands: tuple[ScoredBin, ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.missing)

    def read(self, value: FactValue | None) -> tuple[tuple[float, ...], ScoredBin]:
        """Return the columns and the band of a value as `FactDictionary.parse` gives it; None is missing."""
        if value is None:
            return self.missing, self.bands[-1]
        if self.encoding is Encoding.NUMBER:
            number = last_places(self.fact, value)
            return (number / self.quantum,), self.bands[bisect_right(self.edges, number)]
        return self.listed.get(value, (self.unseen, self.bands[-2]))


def last_places(fact: Fact, value: FactValue) -> int:
    """Return a number in units of its last place (minor units, or the fact's scale), cut to plus and minus 2^53 - 1.

    Up to there binary floating point holds every integer, so the division that follows is the only rounding but the
    one to 32 bits, and a column of a batch is encoded as a value of one application is.
    """
    number = int(value.scaleb(fact.scale, _EXACT)) if isinstance(value, Decimal) else value
    assert isinstance(number, int)
    if -MAX_MINOR <= number <= MAX_MINOR:
        return number
    return MAX_MINOR if number > 0 else -MAX_MINOR


def band_names(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and role of each band in which drift of an input is counted: between the edges, in the units of the
    row, or one for each listed value; then what is unseen, then what is missing."""
    if entry["encoding"] == Encoding.NUMBER:
        ends = [format(Decimal(edge) / entry.get("divisor", 1), "f") for edge in entry.get("edges", [])]
        inner = [f"{start} to below {end}" for start, end in pairwise(ends)]
        names = [f"below {ends[0]}", *inner, f"{ends[-1]} or more"] if ends else ["any"]
    else:
        names = [str(value).lower() if isinstance(value, bool) else value for value in entry.get("values", [])]
    return [*((name, "regular") for name in names), ("not seen in training", "unseen"), ("missing", "missing")]


def parse_input(entry: Mapping[str, Any], dictionary: FactDictionary) -> Input:
    """Return the input of an `entry` that has the shape `INPUT`; raises `InputError` at the first thing wrong."""
    fact = _usable_fact(entry["fact"], dictionary)
    if entry["encoding"] not in tuple(Encoding):
        raise InputError("/encoding", "unknown_encoding", "must be " + ", ".join(Encoding))
    encoding = Encoding(entry["encoding"])
    wanted = {"divisor", "edges", "missing"} if encoding is Encoding.NUMBER else {"values"}
    wanted |= {"missing", "unseen"} if encoding is Encoding.CODES else set()
    unwanted = sorted(entry.keys() - wanted - {"fact", "encoding"})
    if unwanted:
        raise InputError(f"/{unwanted[0]}", "invalid_input", "has no place beside this encoding")
    if (encoding is Encoding.NUMBER) != (fact.type in _NUMERIC):
        raise InputError("/encoding", "wrong_type", "does not suit the type of the fact")
    divisor = entry.get("divisor", 1)
    if divisor < 1 or divisor * 10**fact.scale > MAX_MINOR:
        raise InputError("/divisor", "invalid_input", "must be 1 or more, and below 2^53 in last places of the fact")
    rows = {} if encoding is Encoding.NUMBER else _rows(fact, entry.get("values", []), encoding)
    nothing = (0.0,) * len(rows)
    one_hot = encoding is Encoding.ONE_HOT
    bands = tuple(ScoredBin(fact.name, name, 0) for name, _ in band_names(entry))
    return Input(
        fact=fact,
        encoding=encoding,
        quantum=divisor * 10**fact.scale,
        listed={value: (row, band) for (value, row), band in zip(rows.items(), bands, strict=False)},
        missing=nothing if one_hot else (_declared(entry, "missing"),),
        unseen=nothing if one_hot else (_declared(entry, "unseen"),),
        edges=_edges(fact, entry.get("edges", [])),
        bands=bands,
    )


def _usable_fact(name: str, dictionary: FactDictionary) -> Fact:
    fact = dictionary.facts.get(name)
    if fact is None:
        raise InputError("/fact", "unknown_fact", "is not a fact of this product")
    if fact.protected:
        raise InputError("/fact", "protected_fact", "is a protected attribute and can't be scored")
    if fact.source is Source.SCORING:
        raise InputError("/fact", "not_an_input", "is not a fact of the application")
    if fact.type not in _NUMERIC | _CATEGORICAL:
        raise InputError("/fact", "wrong_type", "has a type that is not encoded")
    return fact


def _rows(fact: Fact, listed: Sequence[object], encoding: Encoding) -> dict[FactValue, tuple[float, ...]]:
    values: list[FactValue] = []
    for place, wire in enumerate(listed):
        try:
            values.append(fact.parse(wire))
        except ValueError as error:
            raise InputError(f"/values/{place}", "invalid_value", str(error)) from None
    if not values or len(set(values)) != len(values):
        raise InputError("/values", "invalid_value", "must list values, each once")
    if encoding is Encoding.CODES:
        return {value: (float(place),) for place, value in enumerate(values)}
    return {
        value: tuple(1.0 if place == column else 0.0 for column in range(len(values)))
        for place, value in enumerate(values)
    }


def _declared(entry: Mapping[str, Any], key: str) -> float:
    if key not in entry:
        return nan
    try:
        declared = float(Decimal(entry[key]))
    except (InvalidOperation, OverflowError):
        declared = nan
    if not isfinite(declared) or len(entry[key]) > 40:
        raise InputError(f"/{key}", "invalid_value", "must be a number written as a string")
    return declared


def _edges(fact: Fact, listed: Sequence[object]) -> tuple[int, ...]:
    edges = []
    for place, raw in enumerate(listed):
        wire = {"amount_minor": raw, "currency": fact.currency} if fact.type is FactType.MONEY else raw
        try:
            edges.append(last_places(fact, fact.parse(wire)))
        except ValueError as error:
            raise InputError(f"/edges/{place}", "invalid_value", str(error)) from None
    if len(edges) > _MOST_EDGES or any(two <= one for one, two in pairwise(edges)):
        raise InputError("/edges", "invalid_value", f"must rise, and be {_MOST_EDGES} at most")
    return tuple(edges)
