"""Plain text, and XML. XML is not parsed here: whoever reads it later does so strictly, and without its entities."""

import re
from typing import Final

from services.intake.domain.documents.content.findings import ContentError, active, damaged, mismatch

_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_RUNS: Final = ("#!", "<?php", "<%", "<script", "<!doctype html", "<html")
_PDF: Final = "%PDF-"
_ENCODING: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS: Final = frozenset(
    {"utf-8", "us-ascii", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252", "gb2312", "gbk", "gb18030", "big5"}
)
# Atomic groups and possessive repetition: hostile text must not make the search begin again and again.
_ROOT: Final = re.compile(
    r"\s*+(?:<\?xml[^?]{0,500}+\?>)?"
    r"(?:\s|(?><!--.{0,5000}?-->)|<!DOCTYPE[^>\[]{0,500}+>)*+<[A-Za-z_]",
    re.DOTALL,
)
_SCRIPT: Final = re.compile(r"<(?:\w{1,40}:)?script[\s>/]|javascript:", re.IGNORECASE)
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_HEAD: Final = 20_000


def check_text(data: bytes) -> None:
    """Raise `ContentError` unless `data` is text for people, in UTF-8, UTF-16 with its mark, or GB 18030."""
    text = _decoded(data)
    if _CONTROLS.search(text) is not None or text.startswith(_PDF):
        raise mismatch()
    if text.lstrip("\ufeff \t\r\n").lower().startswith(_RUNS):
        raise active()


def check_xml(data: bytes) -> None:
    """Raise `ContentError` unless `data` may be an XML document without entities of its own and without scripts."""
    _xml_text(data)


def check_xhtml(data: bytes) -> None:
    """Raise `ContentError` unless `data` may be an XHTML document, such as an inline XBRL report, without scripts."""
    if _XHTML not in _xml_text(data)[:_HEAD]:
        raise mismatch()


def _xml_text(data: bytes) -> str:
    named = _ENCODING.search(data[:400])
    encoding = "utf-8" if named is None else named[1].decode("ascii").lower()
    if encoding not in _ENCODINGS:
        raise ContentError("unknown_encoding", "the document is in an encoding that is not read")
    text = _decoded(data, encoding)
    if _CONTROLS.search(text) is not None:
        raise mismatch()
    if "<!ENTITY" in text or _has_internal_subset(text):
        raise ContentError("unsafe_xml", "the document defines entities; send it without them")
    if _ROOT.match(text.lstrip("\ufeff")[:_HEAD]) is None:
        raise mismatch()
    if _SCRIPT.search(text) is not None:
        raise active()
    if not text.rstrip("\x00 \t\r\n").endswith(">"):
        raise damaged("the document ends early")
    return text


def _has_internal_subset(text: str) -> bool:
    """Tell whether the document type declaration, of which there is one at most, defines something itself."""
    begin = text.find("<!DOCTYPE")
    bracket = text.find("[", begin)
    return begin >= 0 and 0 <= bracket < text.find(">", begin)


def _decoded(data: bytes, named: str = "utf-8") -> str:
    mark = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    for encoding in (mark,) if mark else (named, "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise mismatch()
