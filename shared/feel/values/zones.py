"""Time zones by IANA name, from the `tzdata` package alone, so that a zone is the same on every machine."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from shared.feel.values.calendar import SECONDS_A_DAY, civil_from_days

_REFERENCE_YEAR: Final = 2024
"""Gives the standard offset of a zone to times that come without a date."""


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones, as the IANA database spells them."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


def is_zone(name: str) -> bool:
    """Tell whether `name` is a zone of the IANA database, such as `Europe/Paris`. Case matters."""
    return name in zone_names()


@cache  # At most as many entries as there are zones: only known names get this far.
def _zone(name: str) -> ZoneInfo:
    path = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _within_datetime(year: int) -> int:
    """Return a year that `datetime` knows and that has the same calendar and the same zone rules as `year`.

    The Gregorian calendar repeats every 400 years. Rules of the far future are those of the last known rule, rules of
    the far past are local mean time.
    """
    if year < 2:
        return 400 + year % 400
    if year > 9998:
        return 9200 + year % 400
    return year


def _seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else offset.days * SECONDS_A_DAY + offset.seconds


def offset_of_local(zone: str, day: int, second: int) -> int:
    """Return the offset from UTC, in seconds, of local time `second` of `day` (days since 1970-01-01) in `zone`.

    A local time that occurs twice means the first occurrence; one that is skipped takes the offset before the gap.
    """
    year, month, day_of_month = civil_from_days(day)
    hour, rest = divmod(second, 3600)
    minute, second = divmod(rest, 60)
    local = datetime(_within_datetime(year), month, day_of_month, hour, minute, second, tzinfo=_zone(zone))
    return _seconds(local)


def offset_at(zone: str, epoch_second: int) -> int:
    """Return the offset from UTC, in seconds, of `zone` at a moment, given in seconds since 1970-01-01T00:00:00Z."""
    day, second = divmod(epoch_second, SECONDS_A_DAY)
    year, month, day_of_month = civil_from_days(day)
    hour, rest = divmod(second, 3600)
    minute, second = divmod(rest, 60)
    moment = datetime(_within_datetime(year), month, day_of_month, hour, minute, second, tzinfo=UTC)
    return _seconds(moment.astimezone(_zone(zone)))


@cache
def standard_offset(zone: str) -> int:
    """Return the offset from UTC, in seconds, of `zone` outside of its summer time."""
    return min(_seconds(datetime(_REFERENCE_YEAR, month, 1, tzinfo=_zone(zone))) for month in (1, 7))
