"""What can be wrong with a spreadsheet, and in which cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

MAX_FAULTS: Final = 200
"""Faults after which reading stops: nobody reads more."""

_MAX_SHOWN: Final = 80
_MAX_COMPARED: Final = 64


@dataclass(frozen=True, slots=True)
class SheetFault:
    """One fault: the title of the sheet and the cell ("C7"), each empty where the fault is not of one, and words."""

    sheet: str
    cell: str
    words: str

    def __str__(self) -> str:
        where = "!".join(part for part in (self.sheet, self.cell) if part)
        return f"{where}: {self.words}" if where else self.words


class SheetError(ValueError):
    """A workbook that is no policy, or a policy that no workbook holds; `faults` has every fault found."""

    def __init__(self, faults: Sequence[SheetFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(slots=True)
class Faults:
    """The faults found so far. Raises `SheetError` once there are `MAX_FAULTS`."""

    found: list[SheetFault] = field(default_factory=list)

    def add(self, sheet: str, cell: str, words: str) -> None:
        """Note a fault."""
        self.found.append(SheetFault(sheet, cell, words))
        if len(self.found) >= MAX_FAULTS:
            raise SheetError(self.found)

    def close(self) -> None:
        """Raise `SheetError` when a fault was noted."""
        if self.found:
            raise SheetError(self.found)


def refused(words: str, sheet: str = "", cell: str = "") -> SheetError:
    """Return the error with one fault."""
    return SheetError([SheetFault(sheet, cell, words)])


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` when one of `known` is close to `name`, else nothing."""
    close = get_close_matches(name[:_MAX_COMPARED], list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def shown(text: str) -> str:
    """Return `text` on one line, cut where it is too long for a message."""
    line = " ".join(text[: _MAX_SHOWN * 2].split())
    return line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 3]}..."
