"""Grids to a workbook for credit officers: heads that stay, columns as wide as they need, lists to choose from."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.numbers import FORMAT_TEXT
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from services.policies.sheets.faults import refused
from services.policies.sheets.grid import Grid, address, label_at
from services.policies.sheets.layout import (
    DEFAULT,
    DEFINITION,
    DEFINITION_PREFIX,
    DEFINITIONS,
    POLICY,
    STAGES,
    TERMS,
    THEN,
    TYPES,
    TableForm,
)
from services.policies.sheets.package import MAX_PARTS
from services.policies.sheets.strings import escape
from services.policies.sheets.tables import FIRST_RULE
from services.policies.sheets.values import GRANTING, OTHER, PARTS
from shared.dmn.xml import MAX_BYTES as MAX_PART_BYTES

_ZIP_TIME: Final = (2000, 1, 1, 0, 0, 0)
_CORE: Final = "docProps/core.xml"
_CORE_TIME: Final = re.compile(rb"(?<=W3CDTF\">)[^<]*")
_SPARE_ROWS: Final = 100
"""Empty rows below the rules that offer the same choices."""

_NARROWEST: Final = 8
_WIDEST: Final = 48
_TOP: Final = Alignment(vertical="top", wrap_text=True)
_RIGHT: Final = Alignment(vertical="top", horizontal="right")
_LINE: Final = Border(bottom=Side(style="thin", color="BFBFBF"))
_BOLD: Final = Font(bold=True)
_GREY: Final = Font(color="7F7F7F")
_FILLS: Final = {
    "head": PatternFill("solid", fgColor="DCE6F1"),
    "when": PatternFill("solid", fgColor="DCE6F1"),
    "if": PatternFill("solid", fgColor="DCE6F1"),
    "then": PatternFill("solid", fgColor="E2EFDA"),
    "note": PatternFill("solid", fgColor="EDEDED"),
}
_RECORD_CHOICES: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    DEFINITIONS: {"type": TYPES},
    TERMS: {"outcome": GRANTING, "part": (*PARTS, OTHER), "type": TYPES},
}
_COMPUTES: Final = ("=", "+", "-", "@")
"""A text that begins with one of these would become a formula where somebody types it."""


def workbook_bytes(grids: Sequence[Grid]) -> bytes:
    """Return the workbook of the grids; the same grids give the same bytes."""
    workbook = Workbook()
    workbook.properties.creator = "assay"
    del workbook["Sheet"]
    for grid in grids:
        sheet = workbook.create_sheet(grid.title)
        _fill(sheet, grid)
        form = _form(grid.title)
        if form is not None:
            _dress_table(sheet, grid, form)
        else:
            _dress_records(sheet, grid)
        _set_widths(sheet, grid)
    written = io.BytesIO()
    workbook.save(written)
    return _repacked(written.getvalue())


def _form(title: str) -> TableForm | None:
    return DEFINITION if title.startswith(DEFINITION_PREFIX) else STAGES.get(title)


def _fill(sheet: Worksheet, grid: Grid) -> None:
    for number in range(1, len(grid.rows) + 1):
        for column in range(1, grid.width + 1):
            cell = sheet.cell(number, column)
            cell.number_format = FORMAT_TEXT
            cell.alignment = _TOP
            value = grid.at(number, column)
            if isinstance(value, str):
                _write_text(cell, value)


def _write_text(cell: Cell | MergedCell, text: str) -> None:
    cell.value = escape(text)
    # The library takes what begins with `=` for a formula; here nothing is one.
    cell.data_type = "s"
    if text.startswith(_COMPUTES):
        cell.quotePrefix = True


def _dress_table(sheet: Worksheet, grid: Grid, form: TableForm) -> None:
    for column in range(1, grid.width + 1):
        label = sheet.cell(1, column)
        label.font = _BOLD if column % 2 else Font()
        label.alignment = Alignment(vertical="top")
    columns = max(len(grid.rows[FIRST_RULE - 3]), 1)
    for column in range(1, columns + 1):
        fill = _FILLS.get(label_at(grid, 2, column), _FILLS["head"])
        for row, font in ((2, _GREY), (3, _BOLD)):
            cell = sheet.cell(row, column)
            cell.fill, cell.font = fill, font
        for row in range(3, len(grid.rows) + 1):
            sheet.cell(row, column).border = _LINE
    for row in range(FIRST_RULE, len(grid.rows) + 1):
        counter = sheet.cell(row, 1)
        counter.font, counter.alignment = _GREY, _RIGHT
    sheet.freeze_panes = f"B{FIRST_RULE}"
    rules = sum(label_at(grid, row, 1) != DEFAULT for row in range(FIRST_RULE, len(grid.rows) + 1))
    sheet.auto_filter.ref = f"A3:{address(FIRST_RULE - 1 + rules, columns)}"
    for at in range(1, grid.width, 2):
        _offer(sheet, form.choices.get(label_at(grid, 1, at)), address(1, at + 1))
    for column in range(1, columns + 1):
        if label_at(grid, 2, column) == THEN:
            last = len(grid.rows) + _SPARE_ROWS
            area = f"{address(FIRST_RULE, column)}:{address(last, column)}"
            _offer(sheet, form.choices.get(label_at(grid, 3, column)), area)


def _dress_records(sheet: Worksheet, grid: Grid) -> None:
    for column in range(1, grid.width + 1):
        head = sheet.cell(1, column)
        head.font, head.fill = _BOLD, _FILLS["head"]
        for row in range(1, len(grid.rows) + 1):
            sheet.cell(row, column).border = _LINE
        area = f"{address(2, column)}:{address(len(grid.rows) + _SPARE_ROWS, column)}"
        _offer(sheet, _RECORD_CHOICES.get(grid.title, {}).get(label_at(grid, 1, column)), area)
    sheet.freeze_panes = "B2"
    if grid.title != POLICY:
        sheet.auto_filter.ref = f"A1:{address(len(grid.rows), grid.width)}"


def _offer(sheet: Worksheet, choices: Sequence[str] | None, area: str) -> None:
    if choices is None:
        return
    validation = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    validation.error = f"One of: {', '.join(choices)}"
    validation.showErrorMessage = True
    validation.add(area)
    sheet.add_data_validation(validation)


def _set_widths(sheet: Worksheet, grid: Grid) -> None:
    for column in range(1, grid.width + 1):
        letters = address(1, column).rstrip("1")
        sheet.column_dimensions[letters].width = min(max(_lengths(grid, column)) + 3, _WIDEST)


def _lengths(grid: Grid, column: int) -> Iterator[int]:
    yield _NARROWEST
    # What follows the name in row 1 of a table has no column of its own, and runs on to the right.
    first = 1 if _form(grid.title) is None else 2
    for row in range(first, len(grid.rows) + 1):
        text = grid.at(row, column)
        if isinstance(text, str):
            yield max(len(line) for line in text.split("\n"))


def _repacked(data: bytes) -> bytes:
    """Return the archive without the time of its making, checked against the bounds of reading."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        entries = source.infolist()
        if len(entries) > MAX_PARTS:
            raise refused(f"the policy has too many tables for a workbook, which has at most {MAX_PARTS} parts")
        for entry in entries:
            content = source.read(entry)
            if entry.filename == _CORE:
                content = _CORE_TIME.sub(b"2000-01-01T00:00:00Z", content)
            if len(content) > MAX_PART_BYTES:
                raise refused(f"`{entry.filename}` would be larger than the {MAX_PART_BYTES:,} bytes that are read")
            packed = zipfile.ZipInfo(entry.filename, _ZIP_TIME)
            packed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(packed, content)
    return fixed.getvalue()
