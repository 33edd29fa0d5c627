"""Days of the calendar, from year 1 to year 9999; beyond, NULL."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from shared.feel.typed import operations
from shared.feel.typed.sql import integers
from shared.feel.typed.sql.integers import Integer, constant
from shared.feel.typed.sql.value import SqlValue, literal, null, of_integer
from shared.feel.typed.types import DATE, DAYS, MONTHS, Type

_FIRST: Final = f"DATE '{date.min.isoformat()}'"
_DAYS: Final = (date.max - date.min).days
_LAST_MONTH: Final = date.max.year * 12 + 11
_BOUNDS: Final = {"year": (1, 9999), "month": (1, 12), "day": (1, 31)}


def number_of(day: SqlValue) -> Integer:
    """Return the days from the first day of the calendar."""
    return Integer(f"DATE_DIFF('day', {_FIRST}, {day.sql})", 0, _DAYS)


def between(later: SqlValue, earlier: SqlValue) -> SqlValue:
    """Return the days from one day to another."""
    return of_integer(Integer(f"DATE_DIFF('day', {earlier.sql}, {later.sql})", -_DAYS, _DAYS), DAYS)


def part(day: SqlValue, name: str, of: Type) -> SqlValue:
    """Return the `year`, `month` or `day` of a day."""
    return of_integer(_part(day, name), of)


def weekday(day: SqlValue, of: Type) -> SqlValue:
    """Return 1 for a Monday to 7 for a Sunday: the first day of the calendar is a Monday."""
    return of_integer(integers.add(integers.remainder(number_of(day), constant(7)), constant(1)), of)


def days_later(day: SqlValue, days: SqlValue) -> SqlValue:
    """Return the day that many days later."""
    if days.literal:
        return _days_later(day, days.low)
    number = integers.add(number_of(day), days.integer)
    moved = f"{_FIRST} + CAST({number.sql} AS INTEGER)"
    return SqlValue(f"CASE WHEN {number.sql} BETWEEN 0 AND {_DAYS} THEN {moved} END", DATE)


def months_later(day: SqlValue, months: SqlValue) -> SqlValue:
    """Return the same day of the month that many months later, or its last day where there is no such day."""
    count = months.integer
    moved = f"CAST({day.sql} + TO_MONTHS(CAST({count.bare} AS INTEGER)) AS DATE)"
    number = integers.add(_months(day), count)
    return SqlValue(f"CASE WHEN {number.sql} BETWEEN 12 AND {_LAST_MONTH} THEN {moved} END", DATE)


def of_parts(year: SqlValue, month: SqlValue, day: SqlValue) -> SqlValue:
    """Return the day of a year, a month and a day of the month, whole numbers; NULL where there is no such day."""
    parts = zip((year, month, day), _BOUNDS.values(), strict=True)
    inside = " AND ".join(f"{value.sql} BETWEEN {low} AND {high}" for value, (low, high) in parts)
    months = integers.add(integers.multiply(year.integer, constant(12)), month.integer)
    first = f"CAST({_FIRST} + TO_MONTHS(CAST({integers.subtract(months, constant(13)).sql} AS INTEGER)) AS DATE)"
    found = f"{first} + CAST({integers.subtract(day.integer, constant(1)).sql} AS INTEGER)"
    # The 30th of February is a day of March.
    same = f"MONTH({found}) = {month.integer.bare}"
    return SqlValue(f"CASE WHEN {inside} THEN CASE WHEN {same} THEN {found} END END", DATE)


def extreme(days: Sequence[SqlValue], function: str) -> SqlValue:
    """Return the LEAST or the GREATEST of days, NULL where one is."""
    missing = " OR ".join(f"{day.sql} IS NULL" for day in days)
    sql = f"CASE WHEN {missing} THEN NULL ELSE {function}({', '.join(day.sql for day in days)}) END"
    return SqlValue(sql, DATE)


def months_between(earlier: SqlValue, later: SqlValue) -> SqlValue:
    """Return the whole months from one day to another, negative where the second is the earlier one."""
    months = integers.subtract(_months(later), _months(earlier))
    of_later, of_earlier = _part(later, "day").sql, _part(earlier, "day").sql
    too_many = f"{later.sql} >= {earlier.sql} AND {of_later} < {of_earlier}"
    too_few = f"{later.sql} < {earlier.sql} AND {of_later} > {of_earlier}"
    sql = f"({months.sql} + CASE WHEN {too_many} THEN -1 WHEN {too_few} THEN 1 ELSE 0 END)"
    return of_integer(Integer(sql, months.low, months.high), MONTHS)


def _part(day: SqlValue, name: str) -> Integer:
    return Integer(f"{name.upper()}({day.sql})", *_BOUNDS[name])


def _months(day: SqlValue) -> Integer:
    """Return the months from the calendar's beginning, those of year 0 included, to the month of a day."""
    number = integers.add(integers.multiply(_part(day, "year"), constant(12)), _part(day, "month"))
    return integers.subtract(number, constant(1))


def _days_later(day: SqlValue, days: int) -> SqlValue:
    try:
        limit = operations.days_later(date.max if days > 0 else date.min, -days)
    except ArithmeticError:
        return null(DATE)
    test = f"{day.sql} {'<=' if days > 0 else '>='} {literal(limit).sql}"
    return SqlValue(f"CASE WHEN {test} THEN {day.sql} + CAST({days} AS INTEGER) END", DATE)
