"""One sheet of a workbook, from its XML to a grid."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from services.policies.sheets.faults import Faults, refused, shown
from services.policies.sheets.grid import MAX_COLUMNS, MAX_ROWS, Grid, Value, address
from services.policies.sheets.strings import Strings, day_of, rich_text
from shared.dmn.xml import Element

_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_TRUE: Final = ("1", "true")
_FORMULA: Final = "has a formula; a policy states what it computes in FEEL, as text"
_REFUSED: Final = {
    "mergeCells": "has merged cells; a rule has a cell of its own under every column",
    "oleObjects": "has embedded objects",
    "controls": "has controls",
    "picture": "has a picture behind its cells",
    "dataConsolidate": "gathers data from elsewhere",
    "scenarios": "has scenarios, which change its cells",
    "AlternateContent": "has parts that each programme shows in its own way",
}


def read_sheet(title: str, root: Element, strings: Strings, faults: Faults) -> Grid:
    """Return the cells of a sheet. What is hidden, computed or not readable is a fault with its cell."""
    if root.name != "worksheet":
        raise refused("is not a sheet of cells", title)
    for child in root.children:
        if child.name in _REFUSED:
            merged = [each.attributes.get("ref", "") for each in child.children] if child.name == "mergeCells" else []
            faults.add(title, merged[0].partition(":")[0] if merged else "", f"the sheet {_REFUSED[child.name]}")
    _refuse_claims(title, root, faults)
    cells: dict[tuple[int, int], Value] = {}
    data = root.first("sheetData")
    hidden_columns = list(_hidden_columns(root))
    rows_hidden = _rows_are_hidden(root)
    for number, row in _numbered(title, data):
        filled = dict(_cells(title, number, row, strings, faults))
        cells |= filled
        if filled and (rows_hidden or _is_hidden(row, "ht")):
            faults.add(title, address(number, min(filled)[1]), f"row {number} is hidden; what decides must be seen")
    for first, last in hidden_columns:
        found = min((place for place in cells if first <= place[1] <= last), default=None)
        if found is not None:
            faults.add(title, address(*found), "the column is hidden; what decides must be seen")
    return Grid(title, _rows(cells))


def _rows(cells: dict[tuple[int, int], Value]) -> list[list[Value | None]]:
    rows: list[list[Value | None]] = [[] for _ in range(max((row for row, _ in cells), default=0))]
    for (row, column), value in sorted(cells.items(), key=lambda item: item[0]):
        line = rows[row - 1]
        line += [None] * (column - 1 - len(line))
        line.append(value)
    return rows


def _refuse_claims(title: str, root: Element, faults: Faults) -> None:
    dimension = root.first("dimension")
    claimed = dimension.attributes.get("ref", "") if dimension is not None else ""
    last = _place(claimed.rpartition(":")[2])
    if last is not None and (last[0] > MAX_ROWS or last[1] > MAX_COLUMNS):
        words = f"the sheet claims cells up to {shown(claimed)}; at most {MAX_ROWS:,} rows and {MAX_COLUMNS} columns"
        faults.add(title, "", f"{words} are read: delete the empty ones")


def _place(reference: str) -> tuple[int, int] | None:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _numbered(title: str, data: Element | None) -> Iterator[tuple[int, Element]]:
    number = 0
    for row in data.children if data is not None else ():
        text = row.attributes.get("r", str(number + 1))
        if row.name != "row" or not text.isascii() or not text.isdecimal() or not number < int(text[:9]) <= 2**20:
            raise refused(f"the rows are not in order after row {number}", title)
        number = int(text)
        yield number, row


def _cells(
    title: str, number: int, row: Element, strings: Strings, faults: Faults
) -> Iterator[tuple[tuple[int, int], Value]]:
    column = 0
    for cell in row.children:
        place = _place(cell.attributes.get("r", address(number, column + 1)))
        if cell.name != "c" or place is None or place[0] != number or place[1] <= column:
            raise refused(f"the cells of row {number} are not in order", title)
        column = place[1]
        try:
            value = _value(cell, strings)
        except ValueError as error:
            faults.add(title, address(*place), str(error))
            continue
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if number > MAX_ROWS or column > MAX_COLUMNS:
            words = f"is beyond the {MAX_ROWS:,} rows and {MAX_COLUMNS} columns that are read"
            raise refused(words, title, address(*place))
        yield place, value


def _value(cell: Element, strings: Strings) -> Value | None:
    """Return what a cell holds; raises `ValueError` with words for people."""
    if cell.first("f") is not None:
        raise ValueError(_FORMULA)
    kind = cell.attributes.get("t", "n")
    if kind == "inlineStr":
        inline = cell.first("is")
        return None if inline is None else rich_text(inline)
    held = cell.first("v")
    if held is None or not held.text:
        return None
    return _typed(kind, held.text, cell.attributes.get("s", "0"), strings)


def _typed(kind: str, text: str, style: str, strings: Strings) -> str | bool | Decimal | date:
    small = text.isascii() and text.isdecimal() and len(text) < 10
    if kind == "s":
        if not small or int(text) >= len(strings.texts):
            raise ValueError("refers to a text that the workbook does not have")
        return strings.texts[int(text)]
    if kind == "str":
        return text
    if kind == "b":
        return text.lower() in _TRUE
    if kind == "d":
        return day_of(text)
    if kind == "n":
        return strings.number(text, int(style) if style.isascii() and style.isdecimal() and len(style) < 10 else 0)
    raise ValueError(f"has the error {shown(text)}")


def _rows_are_hidden(root: Element) -> bool:
    form = root.first("sheetFormatPr")
    return form is not None and form.attributes.get("zeroHeight", "").lower() in _TRUE


def _hidden_columns(root: Element) -> Iterator[tuple[int, int]]:
    listed = root.first("cols")
    for each in listed.all("col") if listed is not None else ():
        first, last = each.attributes.get("min", ""), each.attributes.get("max", "")
        if _is_hidden(each, "width") and first.isdecimal() and last.isdecimal():
            yield int(first[:9]), int(last[:9])


def _is_hidden(element: Element, size: str) -> bool:
    attributes = element.attributes
    return attributes.get("hidden", "").lower() in _TRUE or attributes.get(size, "1").strip("0.") == ""
