"""The two kinds of FEEL durations (DMN 1.5, 10.3.2.3.7 and 10.3.2.3.8), after XML Schema's two ordered subtypes."""

from dataclasses import dataclass
from typing import Final

from shared.feel.values.error import FeelError

NANOSECONDS: Final = 1_000_000_000
"""Nanoseconds of a second."""
NANOSECONDS_A_DAY: Final = 86_400 * NANOSECONDS
MAX_NANOSECONDS: Final = 10**12 * NANOSECONDS_A_DAY
"""Longest duration of days; spans more than all the years there are."""
MAX_MONTHS: Final = 12 * 10**11
"""Longest duration of months."""


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A length of time in nanoseconds, a day being 24 hours; negative ones go back in time."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if not -MAX_NANOSECONDS <= self.nanoseconds <= MAX_NANOSECONDS:
            raise FeelError("the duration is out of range")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A number of months of the calendar; negative ones go back in time."""

    months: int

    def __post_init__(self) -> None:
        if not -MAX_MONTHS <= self.months <= MAX_MONTHS:
            raise FeelError("the duration is out of range")
