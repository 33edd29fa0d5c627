"""Spreading: from the rows of somebody's file to lines of the taxonomy, with everything that has no place named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from services.intake.domain.statements.amounts import (
    Amount,
    DecimalMark,
    Scale,
    exact_number,
    in_minor_units,
    number_of,
)
from services.intake.domain.statements.labels import is_part, lines_called, normal, shown
from services.intake.domain.statements.statement import Unmapped
from services.intake.domain.statements.taxonomy import RULES, Standard

IGNORED: Final = "ignore"
"""What a mapping says of a label that is meant to be left out."""
MOST_PERIODS: Final = 20
_MOST_FAULTS: Final = 20
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_YEAR: Final = re.compile(r"(?:fy|year)?\s*([12][0-9]{3})\s*(?:年度?)?", re.IGNORECASE)
_DAY: Final = re.compile(r"([12][0-9]{3})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_SPELT: Final = re.compile(r"([0-9]{1,2})\.?\s+([A-Za-z]{3})[a-z]*\.?,?\s+([12][0-9]{3})")
_SPELT_US: Final = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s+([0-9]{1,2}),?\s+([12][0-9]{3})")
_NEGATIVE: Final = frozenset(term.code for rule in RULES for term in rule.terms if term.sign < 0)
"""Lines that rules take off: costs, taxes, treasury shares."""

Cell = str | int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its label, a cell for each period, and where in the file it stands (a JSON pointer)."""

    label: str
    cells: Sequence[Cell]
    pointer: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows below one heading; `ends` are the last days of the periods of its columns, None for other columns."""

    ends: Sequence[date | None]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is to be read. `mapping` is by label: a line, or `ignore`; it goes before what the taxonomy knows.

    `negative_costs` is for files that write costs below zero.
    """

    standard: Standard
    currency: str
    scale: Scale = Scale.UNITS
    mark: DecimalMark = DecimalMark.POINT
    negative_costs: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell or row, and where; never its text."""

    pointer: str
    code: str
    words: str


@dataclass(slots=True)
class Spread:
    """What a file says: amounts by line, by the last day of the period; labels without a place; and faults.

    `starts` are the first days of those periods whose file states them. `labels` are those that a line was stated by so
    far.
    """

    periods: dict[date, dict[str, Amount]] = field(default_factory=dict)
    unmapped: list[Unmapped] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    starts: dict[date, date] = field(default_factory=dict)
    labels: dict[tuple[date, str], set[str]] = field(default_factory=dict)


def period_end(cell: Cell | date, year_end: tuple[int, int] = (12, 31)) -> date | None:
    """Return the day that a column's heading names, None when it names none.

    A year alone stands for its `year_end` (month, day). Days are read as `2024-12-31`, `2024/12/31`, `2024年12月31日`,
    `31 December 2024` and `Dec 31, 2024`; what could be either of two days is not read.
    """
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    text = str(cell).strip().removesuffix(".0")
    forms = ((_YEAR, None), (_DAY, (1, 2, 3)), (_SPELT, (3, 2, 1)), (_SPELT_US, (3, 1, 2)))
    for pattern, places in forms:
        found = pattern.fullmatch(text) if len(text) <= 40 else None
        if found is None:
            continue
        month, day = year_end if places is None else (_month(found[places[1]]), int(found[places[2]]))
        try:
            return date(int(found[1 if places is None else places[0]]), month, day)
        except ValueError:
            return None
    return None


def _month(text: str) -> int:
    """Return the number of a month that is written as one or spelt; 0, which no date takes, for no month."""
    return int(text) if text.isdigit() else _MONTHS.get(text.lower(), 0)


def spread(grids: Sequence[Grid], terms: Terms) -> Spread:
    """Return what the rows of a file say.

    A row without any amount is a heading. Rows of different labels that the mapping gives to one line, and those of
    labels that are parts of one, are added up; otherwise a line that is stated twice with different amounts is a fault.
    """
    found = Spread()
    mapping = {normal(label): code for label, code in terms.mapping.items()}
    for grid in grids:
        for row in grid.rows:
            amounts = _amounts(grid, row, terms, found)
            if amounts:
                _place(row, amounts, mapping, terms, found)
    return found


def _amounts(grid: Grid, row: Row, terms: Terms, found: Spread) -> dict[date, Amount]:
    amounts: dict[date, Amount] = {}
    for column, (end, cell) in enumerate(zip(grid.ends, row.cells, strict=False)):
        if end is None or cell is None:
            continue
        try:
            number = _number(cell, terms)
            if number is not None:
                amounts[end] = in_minor_units(number, terms.currency, terms.scale)
        except ValueError as error:
            _fault(found, f"{row.pointer}/{column + 1}", "invalid_amount", str(error))
    return amounts


def _number(cell: Cell, terms: Terms) -> Decimal | None:
    if isinstance(cell, str):
        return number_of(cell, terms.mark)
    if isinstance(cell, float):
        return exact_number(cell, terms.currency, terms.scale)
    return None if cell is None else Decimal(cell)


def _place(row: Row, amounts: Mapping[date, Amount], mapping: Mapping[str, str], terms: Terms, found: Spread) -> None:
    own = mapping.get(normal(row.label))
    codes = (own,) if own is not None else lines_called(row.label, terms.standard)
    if codes == (IGNORED,):
        return
    if len(codes) != 1:
        found.unmapped.append(Unmapped(shown(row.label), row.pointer, codes))
        return
    (code,) = codes
    adds = own is not None or is_part(row.label)
    sign = -1 if terms.negative_costs and code in _NEGATIVE else 1
    for end, amount in amounts.items():
        lines = found.periods.setdefault(end, {})
        stated = Amount(sign * amount.minor, amount.step_minor)
        before, labels = lines.get(code), found.labels.setdefault((end, code), set())
        if before is None:
            lines[code] = stated
        elif adds and normal(row.label) not in labels:
            lines[code] = Amount(before.minor + stated.minor, min(before.step_minor, stated.step_minor))
        elif before.minor != stated.minor:
            _fault(found, row.pointer, "stated_twice", f"{code} stands in another row with another amount")
        labels.add(normal(row.label))


def _fault(found: Spread, pointer: str, code: str, words: str) -> None:
    if len(found.faults) < _MOST_FAULTS:
        found.faults.append(CellFault(pointer, code, words))
