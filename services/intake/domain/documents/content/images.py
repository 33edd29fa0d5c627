"""Scans and photographs: PNG (W3C PNG, third edition), JPEG (ITU-T T.81), TIFF (Adobe TIFF 6.0)."""

import struct
from typing import Final

from services.intake.domain.documents.content.findings import (
    ContentError,
    ambiguous,
    damaged,
    mismatch,
    refuse_archive_at_end,
)

MOST_PIXELS: Final = 120_000_000
"""A page of A3 at 600 dpi has 70 million. A few kilobytes can unpack to much more."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_JPEG_END: Final = b"\xff\xd9"
_STANDS_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN: Final = 0xDA
_MOST_SEGMENTS: Final = 2_000
_MOST_CHUNKS: Final = 100_000
_MOST_DIRECTORIES: Final = 500
_MOST_ENTRIES: Final = 500
_SIZES: Final = {256: "width", 257: "height"}
_TIFF_NUMBERS: Final = {3: "H", 4: "I"}


def check_png(data: bytes) -> None:
    """Raise `ContentError` unless `data` is one PNG image and nothing else."""
    if not data.startswith(_PNG):
        raise mismatch()
    place = len(_PNG)
    for number in range(_MOST_CHUNKS):
        if place + 12 > len(data):
            raise damaged("the image ends early")
        length, kind = struct.unpack_from(">I4s", data, place)
        if place + 12 + length > len(data):
            raise damaged("the image ends early")
        if number == 0:
            if kind != b"IHDR" or length != 13:
                raise damaged("the image does not begin with its header")
            _check_pixels(*struct.unpack_from(">II", data, place + 8))
        place += 12 + length
        if kind == b"IEND":
            if place != len(data):
                raise ambiguous()
            return
    raise damaged("the image has too many parts")


def check_jpeg(data: bytes) -> None:
    """Raise `ContentError` unless `data` is a JPEG image that ends where the file does.

    Some cameras append a preview, which is a JPEG image as well: so it may end more than once, but not in something
    else.
    """
    if not data.startswith(_JPEG):
        raise mismatch()
    if data.rstrip(b"\x00\r\n\x20")[-2:] != _JPEG_END:
        raise damaged("the image ends early, or goes on after its end")
    refuse_archive_at_end(data)
    place = 2
    for _ in range(_MOST_SEGMENTS):
        marker, place = _next_marker(data, place)
        if marker in _STANDS_ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, place) if place + 2 <= len(data) else (0,)
        if length < 2 or place + length > len(data):
            raise damaged("the image ends early")
        if marker in _FRAMES:
            if length < 8:
                raise damaged("the image has no size")
            height, width = struct.unpack_from(">HH", data, place + 3)
            _check_pixels(width, max(height, 1))
            return
        if marker == _SCAN:
            break
        place += length
    raise damaged("the image has no size")


def _next_marker(data: bytes, place: int) -> tuple[int, int]:
    """Return the marker at a place, which may be filled up with 0xFF, and where its segment begins."""
    begin = place
    while place < len(data) and data[place] == 0xFF:
        place += 1
    if place == begin or place >= len(data):
        raise damaged("the image ends early")
    return data[place], place + 1


def check_tiff(data: bytes) -> None:
    """Raise `ContentError` unless `data` is a TIFF image whose pages all are in it and are of a plausible size."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None:
        raise mismatch()
    refuse_archive_at_end(data)
    try:
        (place,) = struct.unpack_from(f"{order}I", data, 4)
        seen: set[int] = set()
        while place:
            if place in seen or len(seen) >= _MOST_DIRECTORIES:
                raise damaged("the pages of the image lead in a circle, or are too many")
            seen.add(place)
            place = _check_directory(data, place, order)
    except struct.error:
        raise damaged("the image ends early") from None
    if not seen:
        raise damaged("the image has no page")


def _check_directory(data: bytes, place: int, order: str) -> int:
    """Check the size of one page; return where the next one is described, 0 after the last."""
    (entries,) = struct.unpack_from(f"{order}H", data, place)
    if entries > _MOST_ENTRIES:
        raise damaged("a page of the image is described by too much")
    sizes: dict[str, int] = {}
    for number in range(entries):
        tag, kind, count = struct.unpack_from(f"{order}HHI", data, place + 2 + 12 * number)
        if tag in _SIZES and kind in _TIFF_NUMBERS and count == 1:
            (sizes[_SIZES[tag]],) = struct.unpack_from(f"{order}{_TIFF_NUMBERS[kind]}", data, place + 10 + 12 * number)
    if len(sizes) != len(_SIZES):
        raise damaged("a page of the image has no size")
    _check_pixels(sizes["width"], sizes["height"])
    (following,) = struct.unpack_from(f"{order}I", data, place + 2 + 12 * entries)
    return int(following)


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise damaged("the image has no size")
    if width * height > MOST_PIXELS:
        raise ContentError("too_many_pixels", f"an image may have {MOST_PIXELS} pixels")
