"""The proleptic Gregorian calendar on plain integers, for years far beyond those of `datetime`.

Algorithms: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days).
"""

from dataclasses import dataclass
from typing import Final

from shared.feel.values.error import FeelError

MAX_YEAR: Final = 999_999_999
"""Years go from -999,999,999 to 999,999,999; year 0 is 1 BC, as in XML Schema 1.1."""
SECONDS_A_DAY: Final = 86_400

_DAYS_OF_MONTH: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap_year(year: int) -> bool:
    """Tell whether `year` has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of month 1..12 of `year`."""
    return 29 if month == 2 and is_leap_year(year) else _DAYS_OF_MONTH[month - 1]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to a date."""
    year -= month <= 2  # Years that start in March have their leap day at the end.
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Return year, month and day of the date that lies `days` after 1970-01-01."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year_of_era + (month <= 2), month, day


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day of the calendar (DMN 1.5, 10.3.2.3.5), month and day counted from 1. Raises `FeelError` for no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not -MAX_YEAR <= self.year <= MAX_YEAR:
            raise FeelError("the year is outside -999999999..999999999")
        if not 1 <= self.month <= 12:
            raise FeelError("the month is outside 1..12")
        if not 1 <= self.day <= days_in_month(self.year, self.month):
            raise FeelError("the month has no such day")

    @classmethod
    def from_ordinal(cls, ordinal: int) -> "Date":
        """Return the date that lies `ordinal` days after 1970-01-01."""
        return cls(*civil_from_days(ordinal))

    @property
    def ordinal(self) -> int:
        """Days since 1970-01-01."""
        return days_from_civil(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """Day of the week, 1 for Monday to 7 for Sunday."""
        return (self.ordinal + 3) % 7 + 1

    def plus_days(self, days: int) -> "Date":
        """Return the date `days` later."""
        return Date.from_ordinal(self.ordinal + days)

    def plus_months(self, months: int) -> "Date":
        """Return the date `months` later: the same day of the month, or the last where there is no such day."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date(year, month + 1, min(self.day, days_in_month(year, month + 1)))
