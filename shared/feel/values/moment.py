"""Times of the day, and times of a day of the calendar (DMN 1.5, 10.3.2.3.4 and 10.3.2.3.6).

Either is local (no offset, no zone), or has an offset from UTC, or is in a zone of the IANA database. Python's `==`
tells whether two are the same in all parts (FEEL's `is`); FEEL's `=` and `<` compare `instant`s.
"""

from dataclasses import dataclass
from typing import Final

from shared.feel.values.calendar import SECONDS_A_DAY, Date
from shared.feel.values.duration import NANOSECONDS, NANOSECONDS_A_DAY
from shared.feel.values.error import FeelError
from shared.feel.values.zones import is_zone, offset_at, offset_of_local, standard_offset

MAX_OFFSET_SECONDS: Final = 14 * 3600
"""Largest offset from UTC (XML Schema 1.1 part 2, 3.3.7)."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time of the day; `offset` from UTC in seconds. Raises `FeelError` for no such time, offset or zone.

    In a `zone`, `offset` is usually None, which means what the zone says. It is set for the second pass through the
    hour that a change of clocks repeats, and stands above the zone then.
    """

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.hour <= 23:
            raise FeelError("the hour is outside 0..23")
        if not 0 <= self.minute <= 59:
            raise FeelError("the minute is outside 0..59")
        if not 0 <= self.second <= 59:
            raise FeelError("the second is outside 0..59")
        if not 0 <= self.nanosecond < NANOSECONDS:
            raise FeelError("the fraction of a second is out of range")
        if self.zone is not None and not is_zone(self.zone):
            raise FeelError(f"there is no time zone {self.zone[:64]!r}")
        if self.offset is not None and self.zone is None and abs(self.offset) > MAX_OFFSET_SECONDS:
            raise FeelError("the time offset is more than 14 hours")

    @classmethod
    def from_nanoseconds(cls, nanoseconds: int, offset: int | None = None, zone: str | None = None) -> "Time":
        """Return the time that lies `nanoseconds` (of one day) after midnight."""
        seconds, nanosecond = divmod(nanoseconds, NANOSECONDS)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return cls(hour, minute, second, nanosecond, offset, zone)

    @property
    def is_local(self) -> bool:
        """Tell whether the time has neither an offset nor a zone. Local times compare with local times only."""
        return self.offset is None and self.zone is None

    @property
    def second_of_day(self) -> int:
        """Whole seconds since midnight, as the clock shows them."""
        return (self.hour * 60 + self.minute) * 60 + self.second

    @property
    def nanosecond_of_day(self) -> int:
        """Nanoseconds since midnight, as the clock shows them."""
        return self.second_of_day * NANOSECONDS + self.nanosecond

    @property
    def offset_seconds(self) -> int | None:
        """Offset from UTC in seconds: None for a local time, the standard offset for a time in a zone."""
        if self.offset is None and self.zone is not None:
            return standard_offset(self.zone)
        return self.offset

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight in UTC, or since local midnight of a local time.

        Not reduced to one day: `23:00:00-05:00` is later than `01:00:00Z`, as in XPath (XQuery and XPath Functions and
        Operators 3.1, 9.4.12).
        """
        return self.nanosecond_of_day - (self.offset_seconds or 0) * NANOSECONDS

    def plus(self, nanoseconds: int) -> "Time":
        """Return the time `nanoseconds` later, past midnight if need be."""
        later = (self.nanosecond_of_day + nanoseconds) % NANOSECONDS_A_DAY
        return Time.from_nanoseconds(later, self.offset, self.zone)


MIDNIGHT: Final = Time(0, 0, 0)
MIDNIGHT_UTC: Final = Time(0, 0, 0, offset=0)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A time of a day of the calendar."""

    date: Date
    time: Time

    @classmethod
    def from_instant(cls, instant: int, like: Time) -> "DateTime":
        """Return the date and time of an `instant`, in the zone or at the offset of `like`, local as `like` is."""
        offset, named_offset = like.offset, like.offset
        if like.zone is not None:
            offset, named_offset = offset_at(like.zone, instant // NANOSECONDS), None
        day, nanoseconds = divmod(instant + (offset or 0) * NANOSECONDS, NANOSECONDS_A_DAY)
        if like.zone is not None and offset_of_local(like.zone, day, nanoseconds // NANOSECONDS) != offset:
            named_offset = offset  # The second pass through a repeated hour.
        return cls(Date.from_ordinal(day), Time.from_nanoseconds(nanoseconds, named_offset, like.zone))

    @property
    def is_local(self) -> bool:
        """Tell whether there is neither an offset nor a zone."""
        return self.time.is_local

    @property
    def offset_seconds(self) -> int | None:
        """Offset from UTC in seconds, None for a local time."""
        if self.time.offset is None and self.time.zone is not None:
            return offset_of_local(self.time.zone, self.date.ordinal, self.time.second_of_day)
        return self.time.offset

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00 in UTC, or of the local calendar for a local date and time."""
        seconds = self.date.ordinal * SECONDS_A_DAY + self.time.second_of_day - (self.offset_seconds or 0)
        return seconds * NANOSECONDS + self.time.nanosecond

    def plus(self, nanoseconds: int) -> "DateTime":
        """Return the moment `nanoseconds` later, in the same zone or at the same offset."""
        return DateTime.from_instant(self.instant + nanoseconds, self.time)

    def plus_months(self, months: int) -> "DateTime":
        """Return the same time of the day `months` later, see `Date.plus_months`."""
        time = self.time
        if time.zone is not None and time.offset is not None:
            time = Time(time.hour, time.minute, time.second, time.nanosecond, zone=time.zone)
        return DateTime(self.date.plus_months(months), time)
