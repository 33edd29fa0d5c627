"""Observations of one series as a CSV file: refused with the line that does not fit."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from starlette.requests import Request

from services.intake.handlers.indicators import Reading
from shared.errors import Fault, Kind, Refusal, invalid

MEDIA_TYPE: Final = "text/csv"
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_LINES: Final = 50_000
_VALUE: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")
_NEEDED: Final = {"observed_on", "value"}
_KNOWN: Final = _NEEDED | {"published_at"}
_FAULTS: Final = 20
_MOST_CELL: Final = 64


def require_csv(request: Request) -> None:
    """Raise `Refusal` with 415 for a body that is not sent as CSV."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", f"send {MEDIA_TYPE}")


def read_observations(series: str, raw: bytes) -> list[Reading]:
    """Return the observations of a file; raises `Refusal` with 422 that names the lines that do not fit."""
    try:
        written = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid("invalid_file", "the file is not UTF-8") from None
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
