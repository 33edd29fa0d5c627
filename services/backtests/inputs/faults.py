"""What is wrong with an input, in words that name the place and never a person's values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class InputFault:
    """One thing that is wrong: in which source (a file's name), at which row and column if there is one.

    `row` is the number that a spreadsheet shows: the header of a CSV file is row 1.
    """

    source: str
    detail: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.source}{row}{column}: {self.detail}"


def in_rows(fault: InputFault, count: int) -> InputFault:
    """Return the fault of the first of `count` rows, so that it says of how many more it is."""
    if count == 1:
        return fault
    others = "1 more row" if count == 2 else f"{count - 1:,} more rows"
    return replace(fault, detail=f"{fault.detail} (and in {others})")


class InputError(Exception):
    """An input that can't be used; `faults` says where and why."""

    def __init__(self, faults: Sequence[InputFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
