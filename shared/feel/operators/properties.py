"""The properties of values: `date.year`, `duration.days`, `range.start`, ... (DMN 1.5, tables 64 to 67)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from shared.feel.values import (
    NUMBERS,
    Date,
    DateTime,
    DaysTimeDuration,
    FeelError,
    Range,
    Time,
    Value,
    YearsMonthsDuration,
    kind_of,
)
from shared.feel.values.duration import NANOSECONDS

_Properties = Mapping[str, Callable[[Any], Value]]


def property_of(value: Value, name: str) -> Value:
    """Return `value.name`: an entry of a context (None without one), a property, or those of each item of a list.

    Null has none but null; of a list, items without the property, and lists among the items, give null. Raises
    `FeelError` when a value of this kind has no such property.
    """
    if isinstance(value, dict):
        return value.get(name)
    if value is None:
        return None
    if isinstance(value, list):
        return [_of_item(item, name) for item in value]
    getter = _PROPERTIES.get(type(value), {}).get(name)
    if getter is None:
        raise FeelError(f"a {kind_of(value)} has no property {name[:64]!r}")
    return getter(value)


def _of_item(item: Value, name: str) -> Value:
    try:
        return None if isinstance(item, list) else property_of(item, name)
    except FeelError:
        return None


def _second(time: Time) -> Decimal:
    return _seconds(time.second * NANOSECONDS + time.nanosecond)


def _seconds(nanoseconds: int) -> Decimal:
    return NUMBERS.divide(Decimal(nanoseconds), Decimal(NANOSECONDS))


def _offset(moment: Time | DateTime) -> Value:
    seconds = moment.offset_seconds
    return None if seconds is None else DaysTimeDuration(seconds * NANOSECONDS)


def _of_length(amount: int, unit: int, limit: int | None) -> int:
    """Return the whole units in an amount, less those of the next larger unit, with the sign of the amount."""
    units = abs(amount) // unit
    units = units if limit is None else units % limit
    return -units if amount < 0 else units


def _length(unit_seconds: int, limit: int | None) -> Callable[[DaysTimeDuration], Value]:
    unit = unit_seconds * NANOSECONDS
    return lambda duration: Decimal(_of_length(duration.nanoseconds, unit, limit))


_DATE: Final[_Properties] = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(date.weekday),
}

_TIME: Final[_Properties] = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": _second,
    "timezone": lambda time: time.zone,
}


def _of_date(getter: Callable[[Any], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: getter(moment.date)


def _of_time(getter: Callable[[Any], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: getter(moment.time)


_PROPERTIES: Final[Mapping[type, _Properties]] = {
    Date: _DATE,
    Time: {**_TIME, "time offset": _offset},
    DateTime: {
        **{name: _of_date(getter) for name, getter in _DATE.items()},
        **{name: _of_time(getter) for name, getter in _TIME.items()},
        "time offset": _offset,
    },
    DaysTimeDuration: {
        "days": _length(86_400, None),
        "hours": _length(3600, 24),
        "minutes": _length(60, 60),
        "seconds": lambda duration: _seconds(_of_length(duration.nanoseconds, 1, 60 * NANOSECONDS)),
    },
    YearsMonthsDuration: {
        "years": lambda duration: Decimal(_of_length(duration.months, 12, None)),
        "months": lambda duration: Decimal(_of_length(duration.months, 1, 12)),
    },
    Range: {
        "start": lambda range_: range_.low,
        "end": lambda range_: range_.high,
        "start included": lambda range_: range_.low_included,
        "end included": lambda range_: range_.high_included,
    },
}
