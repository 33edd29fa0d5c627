"""A workbook from a stranger: whatever else is in the archive is refused with words, in bounded time and memory."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.policies.sheets import SheetError, read_sheets
from tests.policies.sheets.workbooks import declared, example, repacked, replacing

TYPES = "[Content_Types].xml"
SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><x>&b;</x>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"


def _zip(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, part in entries.items():
            archive.writestr(name, part)
    return written.getvalue()


def _part(name: str, content_type: str = "application/octet-stream") -> bytes:
    return repacked({TYPES: declared(name, content_type)}, {name: b"\x00"})


def _relation(kind: str, target: str, mode: str = "External") -> Callable[[bytes], bytes]:
    relation = f'<Relationship Id="rx" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return replacing("</Relationships>", f"{relation}</Relationships>")


def _in_sheet(tag: str) -> bytes:
    return repacked({SHEET: replacing("</worksheet>", f"{tag}</worksheet>")})


def _encrypted() -> bytes:
    data = bytearray(example())
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, 1)
    return bytes(data)


def _understated() -> bytes:
    data = bytearray(repacked(add={"docProps/custom.xml": b"<x>" + b" " * 100_000 + b"</x>"}))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "no zip archive"),
    "text": (lambda: b"name,version\n", "no zip archive"),
    "encrypted or old": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000), "encrypted, or of the old form"),
    "encrypted archive": (_encrypted, "the archive is encrypted"),
    "cut": (lambda: example()[:-200], "damaged"),
    "another archive": (lambda: _zip({"a.txt": b"a"}), "not a workbook"),
    "macros": (lambda: _part("xl/vbaProject.bin", "application/vnd.ms-office.vbaProject"), "has macros"),
    "macro sheet": (lambda: _part("xl/macrosheets/sheet1.xml"), "has macros"),
    "macro type": (
        lambda: repacked({TYPES: replacing("spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main")}),
        "may have macros",
    ),
    "template": (lambda: repacked({TYPES: replacing("sheet.main", "template.main")}), "only sheets are read"),
    "binary": (lambda: _part("xl/workbook.bin"), "only sheets are read"),
    "external link": (lambda: _part("xl/externalLinks/externalLink1.xml"), "is linked to other workbooks"),
    "external link in the workbook": (
        lambda: repacked({"xl/workbook.xml": replacing("<sheets>", "<externalReferences/><sheets>")}),
        "is linked to other workbooks",
    ),
    "link": (
        lambda: repacked({RELATIONS: _relation("hyperlink", "https://example.org")}),
        "has a link to `https://example.org`",
    ),
    "link of a part that says it is something else": (
        lambda: repacked(
            {TYPES: declared("docProps/_rels/app.xml.rels", "application/xml")},
            {
                "docProps/_rels/app.xml.rels": b'<Relationships><Relationship TargetMode="External" Target="x:y"/>'
                b"</Relationships>"
            },
        ),
        "has a link to `x:y`",
    ),
    "connection": (lambda: _part("xl/connections.xml"), "has a connection"),
    "query": (lambda: _part("xl/queryTables/queryTable1.xml"), "has a query"),
    "object": (lambda: _part("xl/embeddings/oleObject1.bin"), "has embedded objects"),
    "control": (lambda: _part("xl/activeX/activeX1.xml"), "has controls"),
    "picture": (lambda: _part("xl/media/image1.png"), "has drawings"),
    "object in a sheet": (lambda: _in_sheet("<oleObjects/>"), "policy: the sheet has embedded objects"),
    "control in a sheet": (lambda: _in_sheet("<controls/>"), "policy: the sheet has controls"),
    "data exchange (DDE)": (
        lambda: repacked(
            {
                "xl/workbook.xml": replacing(
                    "</sheets>",
                    "</sheets><definedNames><definedName name='x'>cmd|'/c calc'!A1</definedName></definedNames>",
                )
            }
        ),
        "gives a name to cells",
    ),
    "unused sheet": (
        lambda: repacked(
            {
                TYPES: declared(
                    "xl/other.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
                )
            },
            {"xl/other.xml": b"<worksheet/>"},
        ),
        "a sheet that the workbook does not show",
    ),
    "entity bomb": (lambda: repacked({SHEET: lambda _: BOMB.encode()}), "document type"),
    "entity from outside": (lambda: repacked({"xl/styles.xml": lambda _: OUTSIDE.encode()}), "document type"),
    "entity in properties": (lambda: repacked({"docProps/app.xml": lambda _: BOMB.encode()}), "document type"),
    "entity in relations": (lambda: repacked({RELATIONS: lambda _: BOMB.encode()}), "document type"),
    "entity in the types": (lambda: repacked({TYPES: lambda _: BOMB.encode()}), "document type"),
    "nesting": (lambda: repacked({SHEET: lambda _: b"<a>" * 5_000}), "nested more than"),
    "not XML": (lambda: repacked({SHEET: lambda _: b"<worksheet>"}), "not well-formed"),
    "zip bomb": (lambda: repacked(add={"docProps/custom.xml": bytes(50_000_000)}), "unpacks to more than"),
    "many parts": (lambda: repacked(add={f"docProps/{at}.xml": b"<x/>" for at in range(300)}), "more than 200 parts"),
    "many tags": (lambda: repacked({}, {f"docProps/{at}.xml": b"<x/>" * 200_000 for at in range(6)}), "tags"),
    "a size that is not the size": (_understated, "damaged"),
    "parts elsewhere": (lambda: repacked(add={"../../etc/cron.d/x": b"x"}), "leads elsewhere"),
    "an absolute part": (lambda: repacked(add={"/etc/passwd": b"x"}), "leads elsewhere"),
    "two parts of one name": (lambda: repacked(add={"XL/workbook.xml": b"<x/>"}), "two parts"),
    "another compression": (lambda: _zip({TYPES: b"<Types/>"}, zipfile.ZIP_LZMA), "packed in a way"),
    "a gigantic sheet": (
        lambda: repacked({SHEET: replacing('<dimension ref="A1:B5"', '<dimension ref="A1:XFD1048576"')}),
        "policy: the sheet claims cells up to A1:XFD1048576",
    ),
    "rows out of order": (
        lambda: repacked({SHEET: replacing('<row r="3"', '<row r="2"')}),
        "policy: the rows are not in order",
    ),
    "a cell twice": (
        lambda: repacked({SHEET: replacing('r="B2"', 'r="A2"')}),
        "policy: the cells of row 2 are not in order",
    ),
    "a row without height": (
        lambda: repacked({SHEET: replacing('<row r="3"', '<row r="3" ht="0" customHeight="1"')}),
        "policy!A3: row 3 is hidden",
    ),
    "all rows hidden": (
        lambda: repacked({SHEET: replacing("<sheetFormatPr", '<sheetFormatPr zeroHeight="1"')}),
        "policy!A1: row 1 is hidden",
    ),
    "a text that is not there": (
        lambda: repacked({SHEET: replacing('<c r="B2" s="2" t="inlineStr">', '<c r="B2" t="s"><v>7</v>')}),
        "policy!B2: refers to a text that the workbook does not have",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_workbook_of_plain_sheets_is_refused(name: str) -> None:
    workbook, words = REFUSED[name]
    with pytest.raises(SheetError, match=words):
        read_sheets(workbook())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(add={"docProps/custom.xml": bytes(200_000_000)})
    tracemalloc.start()
    try:
        with pytest.raises(SheetError, match="unpacks to more than"):
            read_sheets(bomb)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    workbook = bytearray(example())
    for _ in range(data.draw(st.integers(1, 8))):
        workbook[data.draw(st.integers(0, len(workbook) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_sheets(bytes(workbook))
    except SheetError as error:
        assert error.faults


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["xl/workbook.xml", "xl/styles.xml", RELATIONS, SHEET, "xl/worksheets/sheet4.xml", TYPES]),
    st.data(),
)
def test_a_part_that_somebody_changed_is_read_or_refused_and_nothing_else(name: str, data: st.DataObject) -> None:
    pieces = ["", "x", "-1", "999999999999999999999", "<f>1</f>", "<v>1e999</v>", 't="n"', "²", "&#65;", "A1", "true"]

    def change(part: bytes) -> bytes:
        at = data.draw(st.integers(0, len(part)))
        end = data.draw(st.integers(at, min(at + 30, len(part))))
        return part[:at] + data.draw(st.sampled_from(pieces)).encode() + part[end:]

    try:
        read_sheets(repacked({name: change}))
    except SheetError as error:
        assert error.faults
