"""Sheets with one head row: policy, definitions, terms and cases."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.policies.sheets.faults import Faults, did_you_mean, shown
from services.policies.sheets.grid import Grid, Value, address, label_at, plain_text


@dataclass(frozen=True, slots=True)
class Record:
    """A row below the head: its number, and its filled cells by the name of their column."""

    grid: Grid
    row: int
    columns: Mapping[str, int]
    values: Mapping[str, Value]
    faults: Faults

    def text(self, column: str) -> str | None:
        """Return the text in a column, None for an empty cell."""
        value = self.values.get(column)
        return None if value is None else plain_text(value)

    def parsed(self, column: str, parse: Callable[[str], Any]) -> Any:
        """Return what `parse` makes of the text in a column; what it says against it (`ValueError`) is a fault."""
        text = self.text(column)
        try:
            return None if text is None else parse(text)
        except ValueError as error:
            self.fault(column, f"`{shown(text or '')}` {error}")
            return None

    def fault(self, column: str, words: str) -> None:
        """Note a fault of the cell in a column."""
        self.faults.add(self.grid.title, address(self.row, self.columns.get(column, 1)), words)


def read_head(grid: Grid, row: int, faults: Faults) -> dict[str, int]:
    """Return the columns by the names in a head row; a name that stands twice is a fault."""
    columns: dict[str, int] = {}
    for column in range(1, grid.width + 1):
        name = label_at(grid, row, column)
        if name in columns:
            words = f"there are two columns `{shown(name)}`, here and in {address(row, columns[name])}"
            faults.add(grid.title, address(row, column), words)
        elif name:
            columns[name] = column
    return columns


def read_records(grid: Grid, known: Collection[str], prefixes: Sequence[str], faults: Faults) -> Iterator[Record]:
    """Yield the rows that are not empty. Columns are `known`, or begin with one of `prefixes`; others are faults."""
    columns = read_head(grid, 1, faults)
    for name, column in columns.items():
        if name not in known and not name.startswith(tuple(prefixes)):
            words = f"unknown column `{shown(name)}`{did_you_mean(name, known)}"
            faults.add(grid.title, address(1, column), words)
    named = set(columns.values())
    for row in range(2, len(grid.rows) + 1):
        for column in range(1, len(grid.rows[row - 1]) + 1):
            if column not in named and grid.at(row, column) is not None:
                faults.add(grid.title, address(row, column), "this column has no name in row 1")
        found = {name: grid.at(row, column) for name, column in columns.items()}
        values = {name: value for name, value in found.items() if value is not None}
        if values:
            yield Record(grid, row, columns, values, faults)
