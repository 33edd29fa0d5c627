"""Values between the forms of a typed tree and those of the general engine: minor units there are major units here."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.feel.typed.types import Kind, Type
from shared.feel.values import NUMBERS, Date, DateTime, DaysTimeDuration, Time, Value, YearsMonthsDuration
from shared.feel.values.duration import NANOSECONDS_A_DAY


def to_feel(value: Any, of: Type) -> Value:
    """Return a value of type `of`, which is not missing, as FEEL has it. Raises `FeelError` when FEEL has it not."""
    match of.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return Decimal(value)
        case Kind.MONEY:
            return Decimal(value).scaleb(-(of.scale or 0), NUMBERS)
        case Kind.DATE:
            return Date(value.year, value.month, value.day)
        case Kind.DAYS:
            return DaysTimeDuration(value * NANOSECONDS_A_DAY)
        case Kind.MONTHS:
            return YearsMonthsDuration(value)
    text_or_boolean: str | bool = value
    return text_or_boolean


def moment(value: datetime) -> DateTime:
    """Return an aware moment of Python as FEEL has it."""
    offset = value.utcoffset()
    assert offset is not None
    time = Time(value.hour, value.minute, value.second, value.microsecond * 1000, int(offset.total_seconds()))
    return DateTime(Date(value.year, value.month, value.day), time)


def from_feel(value: Value, of: Type) -> Any:
    """Return what FEEL computed as a value of kind `of`, money not rounded; None when it is of another kind.

    A number that is not whole is of another kind than integers.
    """
    result: Any = None
    match of.kind, value:
        case Kind.DECIMAL, Decimal():
            result = value
        case Kind.INTEGER, Decimal():
            result = int(value) if value == value.to_integral_value() else None
        case Kind.MONEY, Decimal():
            result = NUMBERS.scaleb(value, of.scale or 0)
        case Kind.TEXT, str():
            result = value
        case Kind.BOOLEAN, bool():
            result = value
        case Kind.DATE, Date() if date.min.year <= value.year <= date.max.year:
            result = date(value.year, value.month, value.day)
        case Kind.DAYS, DaysTimeDuration() if value.nanoseconds % NANOSECONDS_A_DAY == 0:
            result = value.nanoseconds // NANOSECONDS_A_DAY
        case Kind.MONTHS, YearsMonthsDuration():
            result = value.months
    return result
