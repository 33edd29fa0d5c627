"""PDF (ISO 32000-2): where it begins and ends, whether it needs a password, and whether it brings something that runs.

The dictionaries of a file are searched for the names of what runs. They stand in the clear, or packed in object
streams, which are unpacked within bounds; the streams of pages, fonts and images are not looked into.
"""

import re
import zlib
from typing import Final

from services.intake.domain.documents.content.findings import (
    ContentError,
    active,
    ambiguous,
    damaged,
    encrypted,
    mismatch,
    refuse_archive_at_end,
)

MOST_UNPACKED: Final = 64_000_000
"""Bytes that all object streams together may unpack to."""

_BEGIN: Final = b"%PDF-"
_END: Final = b"%%EOF"
_BLANK: Final = b"\x00\t\n\x0c\r "
_STREAM: Final = re.compile(rb"stream\r?\n")
_END_OF_STREAM: Final = b"endstream"
_DICTIONARY_BYTES: Final = 4_096
_OBJECT_STREAM: Final = re.compile(rb"/Type\s*/ObjStm\b")
_DEFLATED: Final = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\b")
_FILTER: Final = re.compile(rb"/Filter\b")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME_ENDS: Final = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)"
_ENCRYPT: Final = re.compile(rb"/Encrypt" + _NAME_ENDS)
_RUNS: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|XFA)" + _NAME_ENDS
)


def check_pdf(data: bytes) -> None:
    """Raise `ContentError` unless `data` is one PDF document that can be read and does nothing by itself."""
    if not data.startswith(_BEGIN):
        raise mismatch()
    end = data.rfind(_END)
    if end < 0:
        raise damaged("the document ends early")
    if data[end + len(_END) :].strip(_BLANK):
        raise ambiguous()
    refuse_archive_at_end(data)
    plain, object_streams = _apart(data)
    # A name may be written with its letters as numbers, `/J#61vaScript`.
    plain = _unescaped(plain)
    if _ENCRYPT.search(plain) is not None:
        raise encrypted()
    room = MOST_UNPACKED
    for packed in object_streams:
        unpacked = _unpacked(packed, room)
        room -= len(unpacked)
        if _RUNS.search(_unescaped(unpacked)) is not None:
            raise active()
    if _RUNS.search(plain) is not None:
        raise active()


def _apart(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return what stands outside of streams, and the packed object streams."""
    outside: list[bytes] = []
    object_streams: list[bytes] = []
    place = 0
    while (begin := _STREAM.search(data, place)) is not None:
        outside.append(data[place : begin.start()])
        end = data.find(_END_OF_STREAM, begin.end())
        if end < 0:
            # What a lenient reader would do with the rest nobody knows, so it counts as standing outside.
            place = begin.end()
            break
        dictionary = _unescaped(data[max(place, begin.start() - _DICTIONARY_BYTES) : begin.start()])
        # The dictionary of this stream is the last one before it.
        dictionary = dictionary[dictionary.rfind(b" obj") + 1 :]
        if _OBJECT_STREAM.search(dictionary) is not None:
            if _DEFLATED.search(dictionary) is not None:
                object_streams.append(data[begin.end() : end])
            elif _FILTER.search(dictionary) is None:
                outside.append(data[begin.end() : end])
            else:
                raise ContentError("unreadable_document", "the document is packed in a way that is not looked into")
        place = end + len(_END_OF_STREAM)
    outside.append(data[place:])
    return b"\n".join(outside), object_streams


def _unpacked(packed: bytes, room: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, room + 1)
    except zlib.error:
        raise damaged("a part of the document can't be unpacked") from None
    if len(unpacked) > room:
        raise ContentError("archive_bomb", f"the objects of a document may unpack to {MOST_UNPACKED} bytes")
    return unpacked


def _unescaped(data: bytes) -> bytes:
    if b"#" not in data:
        return data
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), data)
