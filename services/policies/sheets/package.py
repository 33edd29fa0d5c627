"""The zip around a workbook, from strangers: nothing but plain sheets, all of it bounded, all of its XML examined."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.policies.sheets.faults import SheetError, refused, shown
from shared.dmn.xml import Element, read_xml

MAX_BYTES: Final = 20_000_000
"""Bytes of the file, and of all its parts unpacked."""
MAX_PARTS: Final = 200
MAX_TAGS: Final = 1_000_000
"""Tags of all parts together: what takes time to read."""

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CENTRAL_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library's reader raises for damaged archives; `RuntimeError` covers what it has not implemented."""
_CONTENT_TYPES: Final = "[Content_Types].xml"

_DRAWN: Final = "has drawings, pictures or charts, which may cover what decides"
_REFUSED_PARTS: Final = {
    "vba": "has macros",
    "macrosheet": "has macros",
    "intlmacro": "has macros",
    "dialogsheet": "has dialogs of macros",
    "externallink": "is linked to other workbooks",
    "connections": "has a connection to data outside",
    "querytable": "has a query of data outside",
    "embedding": "has embedded objects",
    "oleobject": "has embedded objects",
    "activex": "has controls (ActiveX)",
    "ctrlprop": "has form controls",
    "webextension": "has an add-in",
    "customui": "has an add-in",
    "media/": _DRAWN,
    "chart": _DRAWN,
    "pivot": "has a pivot table",
}
"""Pieces of a part's name in lower case, and what the workbook has that has such a part."""

_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORKBOOK_TYPE: Final = f"{_SPREADSHEET}sheet.main+xml"
SHEET_TYPE: Final = f"{_SPREADSHEET}worksheet+xml"
_DOCUMENT: Final = "application/vnd.openxmlformats-officedocument."
_RELATIONS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
_KEPT: Final = frozenset(
    {WORKBOOK_TYPE, _RELATIONS_TYPE, f"{_SPREADSHEET}sharedStrings+xml", f"{_SPREADSHEET}styles+xml"}
)
"""The content types of what is needed to read the sheets."""
_NOT_XML: Final = f"{_SPREADSHEET}printerSettings"
_DRAWING_TYPE: Final = f"{_DOCUMENT}drawing+xml"
_TYPES: Final = frozenset(
    {
        SHEET_TYPE,
        *_KEPT,
        *(f"{_SPREADSHEET}{each}+xml" for each in ("comments", "table", "calcChain", "sheetMetadata")),
        _NOT_XML,
        *(f"{_DOCUMENT}{each}+xml" for each in ("theme", "extended-properties", "custom-properties")),
        f"{_DOCUMENT}customXmlProperties+xml",
        f"{_DOCUMENT}vmlDrawing",
        _DRAWING_TYPE,
        "application/vnd.openxmlformats-package.core-properties+xml",
        "application/vnd.ms-excel.threadedcomments+xml",
        "application/vnd.ms-excel.person+xml",
        "application/vnd.ms-office.classificationlabels+xml",
        "application/xml",
    }
)
"""The content types of the parts that a workbook of plain sheets has."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: the last word of the relationship's type, and the name of the other part."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a workbook: types of all, roots of what sheets are read with, and sheets, parsed one at a time."""

    types: Mapping[str, str]
    roots: Mapping[str, Element]
    sheets: Mapping[str, bytes]

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what `part` ("" for the package) refers to, by the ids of the references."""
        folder, name = posixpath.split(part)
        root = self.roots.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        if root is None:
            return {}
        return {
            each.attributes.get("Id", ""): Relation(
                each.attributes.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, each.attributes.get("Target", ""))).lstrip("/"),
            )
            for each in root.all("Relationship")
        }


def open_package(data: bytes) -> Package:
    """Return the parts of a workbook; raises `SheetError` for what is none, or has more than plain sheets."""
    parts = _unpacked(data)
    for name in parts:
        for piece, words in _REFUSED_PARTS.items():
            if piece in name.lower():
                raise refused(f"the workbook {words} (`{shown(name)}`); save it without")
    if sum(part.count(b"<") for part in parts.values()) > MAX_TAGS:
        raise refused(f"the workbook has more than {MAX_TAGS:,} tags")
    if _CONTENT_TYPES not in parts:
        raise refused(f"not a workbook: the archive has no `{_CONTENT_TYPES}`")
    declared = parse(_CONTENT_TYPES, parts.pop(_CONTENT_TYPES))
    types = dict(_content_types(parts, declared))
    roots: dict[str, Element] = {}
    for name, part in parts.items():
        if types[name] in (SHEET_TYPE, _NOT_XML):
            continue
        root = parse(name, part)
        if types[name] in _KEPT:
            roots[name] = root
        if name.lower().endswith(".rels"):
            _refuse_outside(name, root)
        # LibreOffice gives every sheet with a filter a drawing in which nothing is drawn.
        if types[name] == _DRAWING_TYPE and root.children:
            raise refused(f"the workbook {_DRAWN} (`{shown(name)}`); save it without")
    return Package(types, roots, {name: parts[name] for name in parts if types[name] == SHEET_TYPE})


def parse(name: str, data: bytes) -> Element:
    """Return the root of an XML part; raises `SheetError` for document types, entities, and what has no bounds."""
    try:
        return read_xml(data, name)
    except ValueError as error:
        raise refused(str(error)) from None


def _unpacked(data: bytes) -> dict[str, bytes]:
    if data.startswith(_COMPOUND):
        raise refused("the file is encrypted, or of the old form (.xls); save it as .xlsx without a password")
    if not data.startswith(_ZIP):
        raise refused("not a workbook (.xlsx): the file is no zip archive")
    if len(data) > MAX_BYTES:
        raise refused(f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    # Counted before the directory is read, which makes an object of every entry.
    if data.count(_CENTRAL_ENTRY) > MAX_PARTS:
        raise refused(f"the archive has more than {MAX_PARTS} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return dict(_parts(archive))
    except SheetError:
        raise
    except _DAMAGED as error:
        raise refused(f"the archive is damaged: {shown(str(error))}") from None


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise refused(f"the archive unpacks to more than {MAX_BYTES:,} bytes")
    seen: set[str] = set()
    left = MAX_BYTES
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise refused(f"the archive has a part that leads elsewhere: `{shown(name)}`")
        if name.lower() in seen:
            raise refused(f"the archive has two parts `{shown(name)}`")
        if entry.flag_bits & _ENCRYPTED:
            raise refused("the archive is encrypted; save the workbook without a password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused(f"`{shown(name)}` is packed in a way that workbooks do not use")
        seen.add(name.lower())
        with archive.open(entry) as stream:
            part = stream.read(left + 1)
        left -= len(part)
        if left < 0:
            raise refused(f"the archive unpacks to more than {MAX_BYTES:,} bytes")
        yield name, part


def _content_types(names: Iterable[str], declared: Element) -> Iterator[tuple[str, str]]:
    defaults = {each.attributes.get("Extension", "").lower(): each for each in declared.all("Default")}
    overrides = {each.attributes.get("PartName", "").lower(): each for each in declared.all("Override")}
    for name in names:
        found = overrides.get(f"/{name}".lower(), defaults.get(name.rpartition(".")[2].lower()))
        content_type = found.attributes.get("ContentType", "") if found is not None else ""
        if "macroEnabled" in content_type:
            raise refused("the workbook may have macros; save it as .xlsx")
        if content_type not in _TYPES:
            what = shown(content_type) or "of no type"
            raise refused(f"the workbook has `{shown(name)}` ({what}); only sheets are read")
        yield name, content_type


def _refuse_outside(name: str, root: Element) -> None:
    for relation in root.all("Relationship"):
        if relation.attributes.get("TargetMode", "").lower() == "external":
            target = shown(relation.attributes.get("Target", ""))
            raise refused(f"the workbook has a link to `{target}` (in `{shown(name)}`); remove it")
