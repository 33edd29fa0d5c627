"""Spreadsheets and texts of Office Open XML (ECMA-376): a ZIP archive of XML parts.

Only the archive's list of members is read. What unpacks it later is held to the sizes in that list by the library.
"""

import io
import zipfile
from typing import Final

from services.intake.domain.documents.content.findings import (
    ContentError,
    active,
    ambiguous,
    damaged,
    encrypted,
    mismatch,
)

MOST_MEMBERS: Final = 5_000
MOST_UNPACKED: Final = 300_000_000
MOST_RATIO: Final = 200
_RATIO_FROM: Final = 10_000_000
"""A small archive may be of mostly empty cells, which pack very well."""

_ARCHIVE: Final = b"PK\x03\x04"
_MEMBER: Final = b"PK\x01\x02"
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMPOUND_PARTS: Final = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")
_CONTENT_TYPES: Final = "[Content_Types].xml"
_IS_ENCRYPTED: Final = 0x1


def check_xlsx(data: bytes) -> None:
    """Raise `ContentError` unless `data` is a workbook without macros that unpacks to a bearable size."""
    _check(data, "xl/workbook.xml")


def check_docx(data: bytes) -> None:
    """Raise `ContentError` unless `data` is a text without macros that unpacks to a bearable size."""
    _check(data, "word/document.xml")


def _check(data: bytes, main_part: str) -> None:
    if data.startswith(_COMPOUND):
        # A file with a password is a compound file (MS-OFFCRYPTO) that holds the archive.
        raise encrypted() if all(part in data for part in _COMPOUND_PARTS) else mismatch()
    if not data.startswith(_ARCHIVE):
        raise mismatch()
    members = _members(data)
    names = [member.filename for member in members]
    if _CONTENT_TYPES not in names or main_part not in names:
        raise mismatch()
    if len(set(names)) != len(names):
        raise ambiguous()
    if any(name.lower().endswith(_MACROS) for name in names):
        raise active()


def _members(data: bytes) -> list[zipfile.ZipInfo]:
    if data.count(_MEMBER) > MOST_MEMBERS:
        raise ContentError("archive_bomb", f"an archive may have {MOST_MEMBERS} members")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members, begins_at = archive.infolist(), archive.start_dir
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError, EOFError):
        raise damaged("the archive can't be read") from None
    if any(member.flag_bits & _IS_ENCRYPTED for member in members):
        raise encrypted()
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    # Members that share their bytes come to more than the file has.
    if packed > begins_at or unpacked > MOST_UNPACKED or (unpacked > _RATIO_FROM and unpacked > MOST_RATIO * packed):
        raise ContentError(
            "archive_bomb", f"an archive may unpack to {MOST_UNPACKED} bytes, {MOST_RATIO} times its own"
        )
    # Nothing stands before the first member, nor a comment or anything else behind the last record.
    if min((member.header_offset for member in members), default=0) != 0 or data[-_END_BYTES:][:4] != _END:
        raise ambiguous()
    return members
