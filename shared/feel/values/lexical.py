"""Dates, times and durations as people write them (DMN 1.5, 10.3.4.1, after XML Schema 1.1 part 2).

A zone of the IANA database stands in the place of an offset, as in `10:30:00@Europe/Paris`.
Each function returns None for text that does not have the form, or that names no such day, time or zone.
"""

import re
from typing import Final

from shared.feel.values.calendar import Date
from shared.feel.values.duration import NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from shared.feel.values.error import FeelError
from shared.feel.values.moment import MIDNIGHT, DateTime, Time
from shared.feel.values.value import Value

_DATE: Final = r"(?!-0000-)(-?)([1-9][0-9]{4,8}|[0-9]{4})-([0-9]{2})-([0-9]{2})"
_TIME: Final = (
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-5][0-9])(?::([0-5][0-9]))?|@([A-Za-z0-9_+/-]{1,64}))?"
)
_DATE_FORM: Final = re.compile(_DATE)
_TIME_FORM: Final = re.compile(_TIME)
_DATE_TIME_FORM: Final = re.compile(f"({_DATE})T({_TIME})")
_MONTHS_FORM: Final = re.compile(r"(-?)P(?=[0-9])(?:([0-9]{1,20})Y)?(?:([0-9]{1,20})M)?")
_DAYS_FORM: Final = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,20})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,20})H)?(?:([0-9]{1,20})M)?(?:([0-9]{1,20})(?:\.([0-9]{0,9}))?S)?)?"
)


def parse_date(text: str) -> Date | None:
    """Return the date of `2026-01-31`. Years have four digits, or up to nine without leading zeros; `-` is BC."""
    found = _DATE_FORM.fullmatch(text)
    try:
        return None if found is None else _date(found)
    except FeelError:
        return None


def parse_time(text: str) -> Time | None:
    """Return the time of `10:30:00`, with up to nine digits of a second, and `Z`, an offset or a zone if any.

    `24:00:00` is midnight. `z` is `Z`, as in the standard's own examples.
    """
    found = _TIME_FORM.fullmatch(text)
    try:
        return None if found is None else _time(found)[0]
    except FeelError:
        return None


def parse_date_time(text: str) -> DateTime | None:
    """Return the date and time of `2026-01-31T10:30:00` and its kin, or midnight of a mere date.

    `24:00:00` is midnight of the next day.
    """
    found = _DATE_TIME_FORM.fullmatch(text)
    if found is None:
        date = parse_date(text)
        return None if date is None else DateTime(date, MIDNIGHT)
    date_found, time_found = _DATE_FORM.fullmatch(found[1]), _TIME_FORM.fullmatch(found[6])
    if date_found is None or time_found is None:
        return None
    try:
        time, days_later = _time(time_found)
        return DateTime(_date(date_found).plus_days(days_later), time)
    except FeelError:
        return None


def parse_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration | None:
    """Return the duration of `P1DT2H3M4.5S` or of `P1Y2M`; the two kinds do not mix."""
    try:
        return _months(text) or _days(text)
    except FeelError:
        return None


def at_literal(text: str) -> Value:
    """Return the date, date and time, time or duration of FEEL's `@"text"`, None when it is none of them."""
    return parse_date(text) or parse_date_time(text) or parse_time(text) or parse_duration(text)


def _date(found: re.Match[str]) -> Date:
    sign, year, month, day = found.groups()
    return Date(int(sign + year), int(month), int(day))


def _time(found: re.Match[str]) -> tuple[Time, int]:
    """Return the time, and 1 when it is of the next day."""
    hour, minute, second, fraction, utc, sign, *offset, zone = found.groups()
    offset_seconds = None
    if utc:
        offset_seconds = 0
    elif sign:
        hours, minutes, seconds = (int(part or 0) for part in offset)
        offset_seconds = int(f"{sign}1") * (hours * 3600 + minutes * 60 + seconds)
    nanosecond = int((fraction or "").ljust(9, "0"))
    if (hour, int(minute), int(second), nanosecond) == ("24", 0, 0, 0):
        return Time(0, 0, 0, 0, offset_seconds, zone), 1
    return Time(int(hour), int(minute), int(second), nanosecond, offset_seconds, zone), 0


def _months(text: str) -> YearsMonthsDuration | None:
    found = _MONTHS_FORM.fullmatch(text)
    if found is None:
        return None
    sign, years, months = found.groups()
    total = int(years or 0) * 12 + int(months or 0)
    return YearsMonthsDuration(-total if sign else total)


def _days(text: str) -> DaysTimeDuration | None:
    found = _DAYS_FORM.fullmatch(text)
    if found is None:
        return None
    sign, days, hours, minutes, seconds, fraction = found.groups()
    total = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    nanoseconds = total * NANOSECONDS + int((fraction or "").ljust(9, "0"))
    return DaysTimeDuration(-nanoseconds if sign else nanoseconds)
