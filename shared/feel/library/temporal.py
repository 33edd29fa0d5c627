"""Making dates, times and durations (DMN 1.5, 10.3.4.1), and asking about their place in the calendar (10.3.4.11)."""

from decimal import Decimal
from typing import Final

from shared.feel.library.bounds import whole
from shared.feel.library.signature import (
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    Parameter,
    builtin,
    form,
)
from shared.feel.values import (
    MIDNIGHT_UTC,
    NUMBERS,
    Date,
    DateTime,
    DaysTimeDuration,
    FeelError,
    Time,
    Value,
    YearsMonthsDuration,
)
from shared.feel.values.calendar import civil_from_days, days_from_civil
from shared.feel.values.duration import NANOSECONDS
from shared.feel.values.text import parse_date, parse_date_time, parse_duration, parse_time

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _integer(number: Decimal, what: str) -> int:
    if number != number.to_integral_value():
        raise FeelError(f"the {what} is not a whole number")
    return whole(number)


def _read(value: Value, text: str, kind: str) -> Value:
    if value is None:
        raise FeelError(f'"{text[:64]}" is not a {kind}')
    return value


def _day(moment: Date | DateTime) -> Date:
    return moment.date if isinstance(moment, DateTime) else moment


def _date(from_: str | Date | DateTime) -> Value:
    if isinstance(from_, str):
        return _read(parse_date(from_), from_, "date")
    return _day(from_)


def _date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> Value:
    return Date(_integer(year, "year"), _integer(month, "month"), _integer(day, "day"))


def _time(from_: str | Time | DateTime | Date) -> Value:
    """A date stands for its midnight in UTC (DMN 1.5, 10.3.2.9.4)."""
    if isinstance(from_, str):
        return _read(parse_time(from_), from_, "time")
    if isinstance(from_, DateTime):
        return from_.time
    return MIDNIGHT_UTC if isinstance(from_, Date) else from_


def _time_of_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None = None) -> Value:
    if not 0 <= second < 60:
        raise FeelError("the second is outside 0..59")
    seconds, nanoseconds = divmod(whole(NUMBERS.scaleb(second, Decimal(9))), NANOSECONDS)
    offset_seconds = None if offset is None else offset.nanoseconds // NANOSECONDS
    return Time(_integer(hour, "hour"), _integer(minute, "minute"), seconds, nanoseconds, offset_seconds)


def _date_and_time(from_: str | DateTime | Date) -> Value:
    if isinstance(from_, str):
        return _read(parse_date_time(from_), from_, "date and time")
    return DateTime(from_, MIDNIGHT_UTC) if isinstance(from_, Date) else from_


def _date_and_time_of_parts(date: Date | DateTime, time: Time) -> Value:
    return DateTime(_day(date), time)


def _duration(from_: str) -> Value:
    return _read(parse_duration(from_), from_, "duration")


def _months_between(from_: Date | DateTime, to: Date | DateTime) -> Value:
    """The whole months from one day to the other, those of a step back being negative. Times of the day don't count."""
    start, end = _day(from_), _day(to)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonthsDuration(months)


def _day_of_year(moment: Date | DateTime) -> Value:
    date = _day(moment)
    return Decimal(date.ordinal - days_from_civil(date.year, 1, 1) + 1)


def _day_of_week(moment: Date | DateTime) -> Value:
    return _DAYS[_day(moment).weekday - 1]


def _month_of_year(moment: Date | DateTime) -> Value:
    return _MONTHS[_day(moment).month - 1]


def _week_of_year(moment: Date | DateTime) -> Value:
    """The number of the week after ISO 8601: a week belongs to the year that its Thursday is in."""
    date = _day(moment)
    thursday = date.ordinal + 4 - date.weekday
    year, _, _ = civil_from_days(thursday)
    return Decimal((thursday - days_from_civil(year, 1, 1)) // 7 + 1)


_DAY = Parameter("date", DATE | DATE_TIME)
_TEXT = Parameter("from", STRING)

FUNCTIONS = (
    builtin(
        "date",
        "date",
        form(_date, Parameter("from", STRING | DATE | DATE_TIME)),
        form(_date_of_parts, Parameter("year", NUMBER), Parameter("month", NUMBER), Parameter("day", NUMBER)),
    ),
    builtin(
        "time",
        "time",
        form(_time, Parameter("from", STRING | TIME | DATE_TIME | DATE)),
        form(
            _time_of_parts,
            Parameter("hour", NUMBER),
            Parameter("minute", NUMBER),
            Parameter("second", NUMBER),
            Parameter("offset", DAYS_DURATION, optional=True, nullable=True),
        ),
    ),
    builtin(
        "date and time",
        "date and time",
        form(_date_and_time, Parameter("from", STRING | DATE_TIME | DATE)),
        form(_date_and_time_of_parts, _DAY, Parameter("time", TIME)),
    ),
    builtin("duration", "Any", form(_duration, _TEXT)),
    builtin(
        "years and months duration",
        "years and months duration",
        form(_months_between, Parameter("from", DATE | DATE_TIME), Parameter("to", DATE | DATE_TIME)),
    ),
    builtin("day of year", "number", form(_day_of_year, _DAY)),
    builtin("day of week", "string", form(_day_of_week, _DAY)),
    builtin("month of year", "string", form(_month_of_year, _DAY)),
    builtin("week of year", "number", form(_week_of_year, _DAY)),
)
