"""Observations of one series as a CSV file: read within bounds, refused with the line that does not fit."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from starlette.requests import ClientDisconnect, Request

from services.intake.handlers.indicators import Reading
from shared.errors import Fault, Kind, Refusal, invalid

MEDIA_TYPE: Final = "text/csv"
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_LINES: Final = 50_000
_DRAIN_BYTES: Final = 32 * 1024 * 1024
_VALUE: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")
_NEEDED: Final = {"observed_on", "value"}
_KNOWN: Final = _NEEDED | {"published_at"}
_FAULTS: Final = 20
_MOST_CELL: Final = 64


async def take_in(request: Request) -> str:
    """Return a CSV body as text; raises `Refusal` with 413, 415, or 422 for what is not UTF-8."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", f"send {MEDIA_TYPE}")
    chunks: list[bytes] = []
    taken = 0
    try:
        async for part in request.stream():
            taken += len(part)
            if taken <= MOST_BYTES:
                chunks.append(part)
            elif taken > _DRAIN_BYTES:
                break
    except ClientDisconnect:
        raise Refusal(Kind.MALFORMED, "client_disconnected", "the client went away") from None
    if taken > MOST_BYTES:
        raise Refusal(Kind.TOO_LARGE, "body_too_large", f"a file may have {MOST_BYTES} bytes")
    try:
        return b"".join(chunks).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid("invalid_file", "the file is not UTF-8") from None


def read_observations(series: str, written: str) -> list[Reading]:
    """Return the observations of a file; raises `Refusal` with 422 that names the lines that do not fit."""
    lines = csv.reader(written.splitlines(), strict=True)
    readings: list[Reading] = []
    faults: list[Fault] = []
    for columns, place, cells in _rows(lines):
        try:
            readings.append(_reading(series, dict(zip(columns, cells, strict=True)), f"/lines/{place}"))
        except ValueError as error:
            faults.append(Fault(f"/lines/{place}", "unreadable_line", _words(error)))
        if len(faults) == _FAULTS or len(readings) > MOST_LINES:
            break
    if len(readings) > MOST_LINES:
        raise invalid("invalid_file", f"a file may have {MOST_LINES} lines")
    if faults:
        raise invalid("invalid_file", "the file can't be read", faults)
    if not readings:
        raise invalid("invalid_file", "the file holds no observation")
    return readings


class _LineError(ValueError):
    """A line does not fit; the text is ours."""


def _words(error: ValueError) -> str:
    # What Python says of a value may quote it.
    return str(error) if isinstance(error, _LineError) else "does not have a cell for each column"


def _rows(lines: Iterator[list[str]]) -> Iterator[tuple[list[str], int, list[str]]]:
    """Yield the head, the number of the line from 1 and its cells, without lines that are empty."""
    try:
        head = [cell.strip().lower() for cell in next(lines, [])]
        if len(set(head)) != len(head) or not _NEEDED <= set(head) <= _KNOWN:
            raise invalid("invalid_file", "its first line names observed_on and value, and maybe published_at")
        for place, cells in enumerate(lines, start=2):
            if cells:
                yield head, place, cells
    except csv.Error:
        raise invalid("invalid_file", "the file is not CSV") from None


def _reading(series: str, cells: dict[str, str], pointer: str) -> Reading:
    given = {name: cell.strip()[:_MOST_CELL] for name, cell in cells.items()}
    if _VALUE.fullmatch(given["value"]) is None:
        raise _LineError("value is a decimal number such as 48.70")
    published = given.get("published_at", "")
    return Reading(
        series, _day(given["observed_on"]), Decimal(given["value"]), _moment(published) if published else None, pointer
    )


def _day(written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise _LineError("observed_on is a day written YYYY-MM-DD") from None
    if day.year < 1900:
        raise _LineError("observed_on is before 1900")
    return day


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _LineError("published_at is a time with its offset, such as 2026-10-31T12:30:00Z")
