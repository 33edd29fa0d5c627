"""A sheet as plain values: what stands in its cells, without anything of the file format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.policies.sheets.faults import Faults, shown

Value = str | Decimal | bool | date
"""What a cell holds: text, or what an office programme made of what somebody typed."""

MAX_ROWS: Final = 5_100
"""Rows of a sheet: 5,000 rules, its heads, and some room."""
MAX_RULES: Final = 5_000
MAX_COLUMNS: Final = 200
MAX_FILLED: Final = 60_000
"""Cells of a sheet that hold something: what the XML reader reads however a programme writes them."""

MAX_CHARACTERS: Final = 2_000
_MAX_CHARACTERS_OF: Final = {"policy": 10_000, "cases": 20_000}


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet by rows, from the first one on; rows may differ in length, None is an empty cell."""

    title: str
    rows: Sequence[Sequence[Value | None]]

    def at(self, row: int, column: int) -> Value | None:
        """Return what stands in a cell; rows and columns count from 1."""
        if row > len(self.rows) or column > len(self.rows[row - 1]):
            return None
        return self.rows[row - 1][column - 1]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row) for row in self.rows), default=0)


def address(row: int, column: int) -> str:
    """Return the name of a cell: `address(7, 3)` is "C7"."""
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def feel_text(value: Value) -> str:
    """Return the FEEL literal of a typed cell, and the text of any other."""
    return f'date("{value.isoformat()}")' if isinstance(value, date) else plain_text(value)


def plain_text(value: Value) -> str:
    """Return the text of a cell; numbers without exponent, days as YYYY-MM-DD."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat()


def label_at(grid: Grid, row: int, column: int) -> str:
    """Return the text of a head cell without the spaces around it, empty for an empty cell."""
    value = grid.at(row, column)
    return "" if value is None else plain_text(value).strip()


def check_bounds(grid: Grid, faults: Faults) -> None:
    """Note where a sheet has too many rows or columns, or a cell with too long a text."""
    if len(grid.rows) > MAX_ROWS:
        faults.add(grid.title, "", f"the sheet has {len(grid.rows):,} rows; at most {MAX_ROWS:,} are read")
    if grid.width > MAX_COLUMNS:
        faults.add(grid.title, "", f"the sheet has {grid.width:,} columns; at most {MAX_COLUMNS} are read")
    longest = _MAX_CHARACTERS_OF.get(grid.title, MAX_CHARACTERS)
    filled = 0
    for number, row in enumerate(grid.rows, start=1):
        for column, value in enumerate(row, start=1):
            filled += value is not None
            if isinstance(value, str) and len(value) > longest:
                words = f"`{shown(value)}` has {len(value):,} characters; a cell has at most {longest:,}"
                faults.add(grid.title, address(number, column), words)
    if filled > MAX_FILLED:
        faults.add(grid.title, "", f"the sheet has {filled:,} filled cells; at most {MAX_FILLED:,} are read")
