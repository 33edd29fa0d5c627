"""Protocol buffers read strictly: every field of a message is one that its shape names, or the message is refused.

ONNX files come from outside. A reader that merges repeated messages and skips what it does not know, as protocol
buffers otherwise ask for, could see less in a file than the runtime that executes it.
Encoding: https://protobuf.dev/programming-guides/encoding/
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

_MOST_VARINT_BYTES: Final = 10
_SIGN: Final = 1 << 63


class WireError(ValueError):
    """Bytes that are not the message they should be; the text names the place, never the content."""


class Kind(Enum):
    """How the value of a field is read."""

    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    MESSAGE = "message"
    BYTES = "bytes"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a message may have: once, unless `repeated`. `inner` is the shape of a message in it.

    A refused field is named only so that the refusal can name it.
    """

    name: str
    kind: Kind
    repeated: bool = False
    inner: "Shape | None" = None


Shape = Mapping[int, Field]
Message = dict[str, Any]
"""The fields that are there by name; a repeated field is always there, as a list."""


def read_message(data: memoryview, shape: Shape, place: str) -> Message:
    """Return the fields of a message; raises `WireError` naming `place` and the first thing that does not fit."""
    found: Message = {field.name: [] for field in shape.values() if field.repeated}
    for number, wire_type, value in _fields(data, place):
        field = shape.get(number)
        if field is None or field.kind is Kind.REFUSED:
            raise WireError(f"{place} must not have {f'a field {number}' if field is None else field.name}")
        values = _values(field, wire_type, value, f"{place}.{field.name}")
        if field.repeated:
            found[field.name] += values
        elif field.name in found:
            raise WireError(f"{place}.{field.name} stands twice")
        else:
            (found[field.name],) = values
    return found


def _fields(data: memoryview, place: str) -> Iterator[tuple[int, int, Any]]:
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at, place)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, at = _varint(data, at, place)
            yield number, wire_type, value
            continue
        if wire_type == 2:
            size, at = _varint(data, at, place)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise WireError(f"{place} has a field of an unknown wire type")
        if at + size > end:
            raise WireError(f"{place} ends too early")
        yield number, wire_type, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int, place: str) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[at : at + _MOST_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & (2 * _SIGN - 1), at + index + 1
    raise WireError(f"{place} has a number that does not end")


def _values(field: Field, wire_type: int, value: Any, place: str) -> list[Any]:
    if field.kind is Kind.SKIPPED:
        return [None]
    if field.kind in (Kind.INTEGER, Kind.FLOAT):
        return _numbers(field, wire_type, value, place)
    if wire_type != 2:
        raise WireError(f"{place} has another type than it should")
    if field.kind is Kind.MESSAGE and field.inner is not None:
        return [read_message(value, field.inner, place)]
    if field.kind is Kind.BYTES:
        return [value]
    try:
        return [str(value, "utf-8")]
    except UnicodeDecodeError:
        raise WireError(f"{place} is not a text") from None


def _numbers(field: Field, wire_type: int, value: Any, place: str) -> list[Any]:
    is_packed = wire_type == 2 and field.repeated
    if field.kind is Kind.INTEGER and wire_type == 0:
        return [_signed(value)]
    if field.kind is Kind.INTEGER and is_packed:
        return _packed_integers(value, place)
    if field.kind is Kind.FLOAT and (wire_type == 5 or (is_packed and len(value) % 4 == 0)):
        return list(struct.unpack(f"<{len(value) // 4}f", value))
    raise WireError(f"{place} has another type than it should")


def _packed_integers(data: memoryview, place: str) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at, place)
        found.append(_signed(value))
    return found


def _signed(value: int) -> int:
    return value - 2 * _SIGN if value >= _SIGN else value
