"""What is wrong with an input, in words that name the place and never a person's values."""

from collections.abc import Sequence
from dataclasses import dataclass


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


class InputError(Exception):
    """An input that can't be used; `faults` says where and why, the first ones if there are very many."""

    def __init__(self, faults: Sequence[InputFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
