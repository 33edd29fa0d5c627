"""Files of statements as rows: CSV in two layouts, and spreadsheets.

Everything is bounded before it is read: bytes, rows, columns, and what a spreadsheet unpacks to.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from services.intake.domain.statements.amounts import DecimalMark
from services.intake.domain.statements.spreading import MOST_PERIODS, Cell, Grid, Row, period_end
from shared.errors import Fault, Refusal, invalid

MAX_BYTES: Final = 4 * 1024 * 1024
_MOST_ROWS: Final = 1_000
_MOST_COLUMNS: Final = 24
_MOST_SHEETS: Final = 10
_MOST_UNPACKED: Final = 20 * 1024 * 1024
_MOST_MEMBERS: Final = 500
# The library takes up to 0.8 kB and 12 microseconds for an element, twice: few bytes may come to gigabytes and minutes.
_MOST_ELEMENTS: Final = 100_000
_MOST_IN_SHEETS: Final = 300_000
_SHEETS: Final = ("xl/worksheets/", "xl/sharedStrings.xml")
_UTF_8: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?!\?xml\s[^>]*encoding\s*=\s*[\"'](?!utf-8[\"']))", re.IGNORECASE)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00<")
_VALUE: Final = frozenset({"value", "amount", "金额", "数值"})
_PERIOD: Final = frozenset({"period", "period_end", "期间", "日期"})


class Encoding(StrEnum):
    """How a CSV's text is encoded."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"


class Delimiter(StrEnum):
    """What separates the cells of a CSV."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


_SEPARATORS: Final = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out. `ends` is the period of a file that names none; `year_end` is (month, day)."""

    ends: date | None = None
    year_end: tuple[int, int] = (12, 31)
    encoding: Encoding = Encoding.UTF_8
    delimiter: Delimiter = Delimiter.COMMA
    mark: DecimalMark = DecimalMark.POINT


def read_csv(raw: bytes, layout: Layout) -> list[Grid]:
    """Return the rows of a CSV; raises `Refusal` with 422 for what can't be read as one.

    Its first row is a heading. Wide: labels, then a column for each period. Long: `line,value`, or
    `line,period_end,value`, one row for each amount.
    """
    rows = _csv_rows(raw, layout)
    if not rows:
        raise _unreadable("", "empty", "the file has no rows")
    head = [cell.strip().lower() for cell in rows[0]]
    if len(head) == 2 and head[1] in _VALUE:
        if layout.ends is None:
            raise _unreadable("/query/period_end", "missing", "a file of lines and values needs period_end")
        return [Grid([layout.ends], [_row(cells, place) for place, cells in enumerate(rows[1:], start=1)])]
    if len(head) == 3 and head[1] in _PERIOD and head[2] in _VALUE:
        return _by_period(rows[1:], layout)
    ends = [period_end(cell, layout.year_end) for cell in rows[0][1:]]
    _require_periods(ends, "/rows/0")
    return [Grid(ends, [_row(cells, place) for place, cells in enumerate(rows[1:], start=1)])]


def read_xlsx(raw: bytes, layout: Layout) -> list[Grid]:
    """Return the rows of every sheet that has a heading of periods; raises `Refusal` with 422.

    The heading is the first row with a period right of the first column; labels stand in the first column below it.
    Formulas are read as the values that the program which saved the file has kept; one without is refused.
    """
    _require_harmless(raw)
    # Loaded for who imports a spreadsheet, and never by a service that starts.
    import openpyxl  # noqa: PLC0415

    try:
        shown = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        written = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        if len(shown.worksheets) > _MOST_SHEETS:
            raise _unreadable("/sheets", "too_many", f"a file has at most {_MOST_SHEETS} sheets")
        grids: list[Grid] = []
        for place, (sheet, formulas) in enumerate(zip(shown.worksheets, written.worksheets, strict=True)):
            grids += _sheet(_cells(sheet), _cells(formulas), f"/sheets/{place}", layout)
    except Refusal:
        raise
    # A spreadsheet is a folder of documents by strangers: the library raises whatever the odd one leads to.
    except Exception:
        raise _unreadable("", "unreadable", "the file can't be read as a spreadsheet (.xlsx)") from None
    if not grids:
        raise _unreadable("/sheets", "no_periods", "no sheet has a heading with periods")
    return grids


def _csv_rows(raw: bytes, layout: Layout) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig" if layout.encoding is Encoding.UTF_8 else layout.encoding)
    except UnicodeDecodeError:
        words = f"the file is not {layout.encoding}; state its encoding"
        raise _unreadable("/query/encoding", "wrong_encoding", words) from None
    if "\x00" in text:
        raise _unreadable("", "unreadable", "the file is not text")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_SEPARATORS[layout.delimiter], strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > _MOST_ROWS or len(row) > _MOST_COLUMNS:
                words = f"a file has at most {_MOST_ROWS} rows of {_MOST_COLUMNS} columns"
                raise _unreadable(f"/rows/{len(rows) - 1}", "too_large", words)
    except csv.Error:
        raise _unreadable(f"/rows/{len(rows)}", "unreadable", "the row can't be read as CSV") from None
    return rows


def _row(cells: Sequence[str], place: int) -> Row:
    return Row(cells[0] if cells else "", list(cells[1:]), f"/rows/{place}")


def _by_period(rows: Sequence[Sequence[str]], layout: Layout) -> list[Grid]:
    """Return long rows with a period each as one grid for each period."""
    found: dict[date, list[Row]] = {}
    for place, cells in enumerate(rows, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        end = period_end(cells[1], layout.year_end) if len(cells) == 3 else None
        if end is None:
            raise _unreadable(f"/rows/{place}/1", "no_period", "a row has a line, a period and a value")
        found.setdefault(end, []).append(Row(cells[0], ["", cells[2]], f"/rows/{place}"))
    _require_periods(list(found), "/rows")
    return [Grid([None, end], below) for end, below in found.items()]


def _cells(sheet: Any) -> list[tuple[Any, ...]]:
    """Return the cells of a sheet; one row and column more than may be there, so that more is noticed."""
    found = list(sheet.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS + 1, values_only=True))
    if len(found) > _MOST_ROWS or any(cell is not None for row in found for cell in row[_MOST_COLUMNS:]):
        words = f"a sheet has at most {_MOST_ROWS} rows of {_MOST_COLUMNS} columns"
        raise _unreadable("/sheets", "too_large", words)
    return found


def _sheet(shown: Sequence[Sequence[Any]], written: Sequence[Sequence[Any]], where: str, layout: Layout) -> list[Grid]:
    ends: list[date | None] = []
    rows: list[Row] = []
    for place, (cells, formulas) in enumerate(zip(shown, written, strict=True)):
        if not ends:
            found = [period_end(cell, layout.year_end) for cell in cells[1:]]
            if any(end is not None for end in found):
                _require_periods(found, f"{where}/rows/{place}")
                ends = found
            continue
        pointer = f"{where}/rows/{place}"
        for column, (cell, formula) in enumerate(zip(cells, formulas, strict=False)):
            if cell is None and isinstance(formula, str) and formula.startswith("="):
                words = "a formula without a kept value; open the file in a spreadsheet program and save it"
                raise _unreadable(f"{pointer}/{column}", "no_value", words)
        if cells and isinstance(cells[0], str):
            rows.append(Row(cells[0], list(_amounts(cells[1:])), pointer))
    return [Grid(ends, rows)] if ends else []


def _amounts(cells: Iterable[Any]) -> Iterator[Cell]:
    for cell in cells:
        if cell is None or (isinstance(cell, str | int | float) and not isinstance(cell, bool)):
            yield cell
        else:
            yield "?"  # A date or a truth value is no amount; it is refused as one.


def _require_harmless(raw: bytes) -> None:
    """Raise `Refusal` for an archive that unpacks to too much, or whose documents define entities."""
    counted = {True: 0, False: 0}
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
                raise _unreadable("", "too_large", "the file unpacks to too much")
            for member in members:
                # What is unpacked is bounded by the size that was declared and added up above.
                content = archive.read(member)
                _require_plain(content)
                counted[member.filename.startswith(_SHEETS)] += content.count(b"<")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        raise _unreadable("", "unreadable", "the file can't be read as a spreadsheet (.xlsx)") from None
    if counted[True] > _MOST_IN_SHEETS or counted[False] > _MOST_ELEMENTS:
        raise _unreadable("", "too_large", "the file has more cells, styles or names than statements have")


def _require_plain(content: bytes) -> None:
    """Raise `Refusal` for XML with a document type, or in an encoding in which none would be seen.

    It goes by what is in a member: a workbook may call its documents whatever it likes.
    """
    if content.startswith(_UTF_16):
        raise _unreadable("", "unreadable", "a document in the file is not in UTF-8")
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return
    if _UTF_8.match(content) is None or b"\x00" in content:
        raise _unreadable("", "unreadable", "a document in the file is not in UTF-8")
    if b"<!" in content.replace(b"<!--", b""):
        raise _unreadable("", "unreadable", "a document in the file has a document type")


def _require_periods(ends: Sequence[date | None], pointer: str) -> None:
    known = [end for end in ends if end is not None]
    if not known:
        raise _unreadable(pointer, "no_periods", "no column is headed by a period, such as 2024-12-31 or 2024")
    if len(known) > MOST_PERIODS:
        raise _unreadable(pointer, "too_many", f"a file has at most {MOST_PERIODS} periods")
    if len(set(known)) != len(known):
        raise _unreadable(pointer, "period_twice", "two columns are headed by the same period")


def _unreadable(pointer: str, code: str, words: str) -> Refusal:
    return invalid("unreadable_statement", "the file can't be taken in", [Fault(pointer, code, words)])
