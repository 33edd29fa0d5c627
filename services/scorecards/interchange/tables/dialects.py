"""How each tool lays its table out: its columns, its notation of bins, and what it does with absent values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, Protocol

from services.scorecards.interchange.card import Tally
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.numbers import read_number
from services.scorecards.interchange.tables.bin_text import Part, optbinning_parts, scorecardpy_parts, toad_parts
from services.scorecards.interchange.tables.rows import Row, csv_rows, json_rows, read_json, read_text

_NOTHING: Final = ("", "NA", "nan", "None")
"""How pandas and R write a cell without a value."""


class Absent(StrEnum):
    """What a tool gives a value that none of its bins names."""

    ZERO = "no points"
    LOWEST = "the lowest points of the characteristic"
    MISSING_BIN = "the points of the missing bin"
    MINUS_ONE = "the points of the bin that holds -1"


class PartsReader(Protocol):
    """Reads the text of a bin; raises `BinTextError`."""

    def __call__(self, cell: str, *, numeric: bool) -> tuple[Part, ...]:
        """Return what a bin holds; `numeric` says that the fact is a number."""


@dataclass(frozen=True, slots=True)
class TableBin:
    """One row of a table: a bin of a variable, its points, and the rows counted in it if there are any."""

    place: str
    variable: str
    text: str
    points: Fraction
    tally: Tally | None = None
    coefficient: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """A tool's table. `unseen`, `missing_number` and `missing_category` tell what the tool itself gives such values
    where no row of the table says it. Rows of the variable `intercept` hold the points that everybody gets.
    `names_special_bins` is for a tool that writes a bin of special values by a name that does not say which they are,
    for every variable, whether it has such values or not. Edges with fewer than `exact_digits` after the point may have
    been rounded when they were printed.
    """

    name: str
    parts: PartsReader
    read: Callable[[str], list[TableBin]]
    unseen: Absent
    missing_number: Absent
    missing_category: Absent
    intercept: str | None = None
    names_special_bins: bool = False
    exact_digits: int = 0

    def bins(self, content: bytes) -> list[TableBin]:
        """Return the rows of a file's `content`; raises `InterchangeError`."""
        return self.read(read_text(content))


def _optbinning(text: str) -> list[TableBin]:
    rows = _rows(text, ("Variable", "Bin", "Points"))
    return [_bin(row, ("Variable", "Bin", "Points"), ("Count",), ("Event",), "Coefficient") for row in rows]


def _scorecardpy(text: str) -> list[TableBin]:
    rows = _rows(text, ("variable", "bin", "points"))
    return [_bin(row, ("variable", "bin", "points"), ("count",), ("bad", "pos"), None) for row in rows]


def _toad(text: str) -> list[TableBin]:
    document = read_json(text) if text.lstrip().startswith("{") else None
    if not isinstance(document, Mapping):
        names = ("name", "value", "score")
        return [_bin(row, names, (), (), None) for row in _rows(text, names)]
    bins = []
    for variable, scores in document.items():
        if not isinstance(scores, Mapping) or not scores:
            raise InterchangeError("must be an object from bins to scores", f"/{variable}")
        for value, score in scores.items():
            row = Row(f"/{variable}/{value}", {"name": variable, "value": value, "score": str(score)})
            bins.append(_bin(row, ("name", "value", "score"), (), (), None))
    if not bins:
        raise InterchangeError("the card has no characteristics")
    return bins


def _rows(text: str, columns: Sequence[str]) -> list[Row]:
    if text.lstrip().startswith("["):
        return json_rows(read_json(text), columns)
    return csv_rows(text, columns)


def _bin(
    row: Row, names: Sequence[str], counts: Sequence[str], bads: Sequence[str], coefficient: str | None
) -> TableBin:
    variable, cell, points = (row.cells[name] for name in names)
    number = read_number(points)
    if number is None:
        raise InterchangeError(f"the {names[2]} {points[:40]!r} are not a number", row.place)
    # optbinning models the odds of a bad row, an artefact those of a good one.
    stated = read_number(row.cells.get(coefficient, "")) if coefficient else None
    return TableBin(
        place=row.place,
        variable=variable,
        text=cell,
        points=Fraction(number),
        tally=_tally(row, counts, bads),
        coefficient=None if stated is None else f"{-stated:.4f}",
    )


def _tally(row: Row, counts: Sequence[str], bads: Sequence[str]) -> Tally | None:
    count, bad = (
        next((row.cells[name] for name in names if row.cells.get(name, "") not in _NOTHING), None)
        for names in (counts, bads)
    )
    if count is None or bad is None:
        return None
    figures = [read_number(each) for each in (count, bad)]
    whole = [int(each) for each in figures if each is not None and each == each.to_integral_value()]
    if len(whole) != 2 or not 0 <= whole[1] <= whole[0]:
        hint = "leave these columns out if the rows were weighted"
        raise InterchangeError(f"{count[:20]!r} rows of which {bad[:20]!r} bad are no counts; {hint}", row.place)
    return Tally(whole[0], whole[1])


DIALECTS: Final[Mapping[str, Dialect]] = {
    each.name: each
    for each in (
        # A category that optbinning doesn't know gets index -1, which is the last row of its table: the missing one.
        Dialect(
            "optbinning",
            optbinning_parts,
            _optbinning,
            Absent.MISSING_BIN,
            Absent.ZERO,
            Absent.ZERO,
            names_special_bins=True,
            exact_digits=8,
        ),
        Dialect("scorecardpy", scorecardpy_parts, _scorecardpy, Absent.ZERO, Absent.ZERO, Absent.ZERO, "basepoints"),
        # toad replaces an absent number by -1 before it looks for its bin, unless there is a bin `nan`.
        Dialect("toad", toad_parts, _toad, Absent.LOWEST, Absent.MINUS_ONE, Absent.LOWEST),
    )
}
