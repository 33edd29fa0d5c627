"""Arithmetic on numbers, strings, dates, times and durations (DMN 1.5, 10.3.2.15, tables 56 to 60).

A null operand gives None. Operands that FEEL defines no operation for, and results out of range, raise `FeelError`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow, Underflow
from typing import Any, Final

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
    kind_of,
)
from shared.feel.values.duration import MAX_MONTHS, MAX_NANOSECONDS, NANOSECONDS_A_DAY

MAX_STRING: Final = 1_000_000
"""Longest string that an operator makes, in characters."""
MAX_EXPONENT: Final = 999_999_999
"""Largest exponent, and smallest with a minus sign (DMN 1.5, table 60)."""

_Table = Mapping[tuple[type, type], Callable[[Any, Any], Value]]
_Calculation = Callable[[Decimal, Decimal], Decimal]


def add(left: Value, right: Value) -> Value:
    """Return `left + right`: of numbers, strings, durations of one kind, or a date or time and a duration."""
    if type(left) is Decimal and type(right) is Decimal:
        return _calculated(NUMBERS.add, left, right)
    return _looked_up(_ADDITIONS, "add {right} to {left}", left, right)


def subtract(left: Value, right: Value) -> Value:
    """Return `left - right`: of numbers, durations, dates and times, or a date or time and a duration."""
    if type(left) is Decimal and type(right) is Decimal:
        return _calculated(NUMBERS.subtract, left, right)
    return _looked_up(_SUBTRACTIONS, "subtract {right} from {left}", left, right)


def multiply(left: Value, right: Value) -> Value:
    """Return `left * right`: of two numbers, or a number and a duration."""
    if type(left) is Decimal and type(right) is Decimal:
        return _calculated(NUMBERS.multiply, left, right)
    return _looked_up(_MULTIPLICATIONS, "multiply {left} by {right}", left, right)


def divide(left: Value, right: Value) -> Value:
    """Return `left / right`: of two numbers, two durations of one kind, or a duration and a number."""
    if type(left) is Decimal and type(right) is Decimal:
        return _calculated(NUMBERS.divide, left, right)
    return _looked_up(_DIVISIONS, "divide {left} by {right}", left, right)


def power(left: Value, right: Value) -> Value:
    """Return `left ** right` of two numbers; anything to the power of 0 is 1. `right` is within `MAX_EXPONENT`."""
    if type(left) is Decimal and type(right) is Decimal:
        return _power(left, right)
    return _looked_up({}, "raise {left} to the power of {right}", left, right)


def negate(operand: Value) -> Value:
    """Return `-operand` of a number or a duration."""
    match operand:
        case None:
            return None
        case Decimal():
            return _calculated(NUMBERS.subtract, Decimal(0), operand)
        case DaysTimeDuration():
            return DaysTimeDuration(-operand.nanoseconds)
        case YearsMonthsDuration():
            return YearsMonthsDuration(-operand.months)
        case _:
            raise FeelError(f"cannot negate a {kind_of(operand)}")


def _calculated(calculation: _Calculation, left: Decimal, right: Decimal) -> Decimal:
    try:
        return calculation(left, right)
    except DivisionByZero:
        raise FeelError("division by zero") from None
    except (Overflow, Underflow):
        raise FeelError("the number is out of range") from None
    except InvalidOperation:
        message = "the result is not a number" if right else "division by zero"
        raise FeelError(message) from None


def _power(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        return Decimal(1)
    if abs(right) > MAX_EXPONENT:
        raise FeelError("the exponent is out of range")
    if not left and right < 0:
        raise FeelError("division by zero")  # `Decimal` makes it infinite, without a word.
    return _calculated(NUMBERS.power, left, right)


def _looked_up(table: _Table, wording: str, left: Value, right: Value) -> Value:
    operation = table.get((type(left), type(right)))
    if operation is not None:
        return operation(left, right)
    if left is None or right is None:
        return None
    raise FeelError("cannot " + wording.format(left=f"a {kind_of(left)}", right=f"a {kind_of(right)}"))


def _joined(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_STRING:
        raise FeelError(f"the string is longer than {MAX_STRING} characters")
    return left + right


def _days_later(date: Date, duration: DaysTimeDuration) -> Date:
    """Add to midnight of `date`, and drop the time of the day reached."""
    return date.plus_days(duration.nanoseconds // NANOSECONDS_A_DAY)


def _later(start: Time | DateTime, duration: DaysTimeDuration) -> Time | DateTime:
    return start.plus(duration.nanoseconds)


def _months_later(start: Date | DateTime, duration: YearsMonthsDuration) -> Date | DateTime:
    return start.plus_months(duration.months)


def _swapped(operation: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    return lambda left, right: operation(right, left)


def _backwards(operation: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    return lambda start, duration: operation(start, negate(duration))


def _elapsed(left: Time | DateTime, right: Time | DateTime) -> DaysTimeDuration:
    if left.is_local != right.is_local:
        raise FeelError(f"cannot subtract a {kind_of(right)} with an offset and one without")
    return DaysTimeDuration(left.instant - right.instant)


def _at_midnight(moment: Date | DateTime) -> DateTime:
    """A date among dates and times is midnight in UTC."""
    return DateTime(moment, MIDNIGHT_UTC) if isinstance(moment, Date) else moment


def _elapsed_since_midnight(left: Date | DateTime, right: Date | DateTime) -> DaysTimeDuration:
    return _elapsed(_at_midnight(left), _at_midnight(right))


def _rescaled(calculation: _Calculation, amount: int, number: Decimal, most: int) -> Decimal:
    result = _calculated(calculation, Decimal(amount), number)
    if abs(result) > most:
        raise FeelError("the duration is out of range")
    return result


def _rescaled_days(calculation: _Calculation, duration: DaysTimeDuration, number: Decimal) -> DaysTimeDuration:
    """The nearest nanosecond."""
    result = _rescaled(calculation, duration.nanoseconds, number, MAX_NANOSECONDS)
    return DaysTimeDuration(int(result.to_integral_value(context=NUMBERS)))


def _rescaled_months(calculation: _Calculation, duration: YearsMonthsDuration, number: Decimal) -> YearsMonthsDuration:
    """Whole months, the rest of a month dropped."""
    return YearsMonthsDuration(int(_rescaled(calculation, duration.months, number, MAX_MONTHS)))


_ADDITIONS: Final[_Table] = {
    (str, str): _joined,
    (DaysTimeDuration, DaysTimeDuration): lambda left, right: DaysTimeDuration(left.nanoseconds + right.nanoseconds),
    (YearsMonthsDuration, YearsMonthsDuration): lambda left, right: YearsMonthsDuration(left.months + right.months),
    (Date, DaysTimeDuration): _days_later,
    (DaysTimeDuration, Date): _swapped(_days_later),
    (Time, DaysTimeDuration): _later,
    (DaysTimeDuration, Time): _swapped(_later),
    (DateTime, DaysTimeDuration): _later,
    (DaysTimeDuration, DateTime): _swapped(_later),
    (Date, YearsMonthsDuration): _months_later,
    (YearsMonthsDuration, Date): _swapped(_months_later),
    (DateTime, YearsMonthsDuration): _months_later,
    (YearsMonthsDuration, DateTime): _swapped(_months_later),
}

_SUBTRACTIONS: Final[_Table] = {
    (DaysTimeDuration, DaysTimeDuration): lambda left, right: DaysTimeDuration(left.nanoseconds - right.nanoseconds),
    (YearsMonthsDuration, YearsMonthsDuration): lambda left, right: YearsMonthsDuration(left.months - right.months),
    (Date, Date): _elapsed_since_midnight,
    (Date, DateTime): _elapsed_since_midnight,
    (DateTime, Date): _elapsed_since_midnight,
    (DateTime, DateTime): _elapsed,
    (Time, Time): _elapsed,
    (Date, DaysTimeDuration): _backwards(_days_later),
    (Time, DaysTimeDuration): _backwards(_later),
    (DateTime, DaysTimeDuration): _backwards(_later),
    (Date, YearsMonthsDuration): _backwards(_months_later),
    (DateTime, YearsMonthsDuration): _backwards(_months_later),
}

_MULTIPLICATIONS: Final[_Table] = {
    (DaysTimeDuration, Decimal): lambda left, right: _rescaled_days(NUMBERS.multiply, left, right),
    (Decimal, DaysTimeDuration): lambda left, right: _rescaled_days(NUMBERS.multiply, right, left),
    (YearsMonthsDuration, Decimal): lambda left, right: _rescaled_months(NUMBERS.multiply, left, right),
    (Decimal, YearsMonthsDuration): lambda left, right: _rescaled_months(NUMBERS.multiply, right, left),
}

_DIVISIONS: Final[_Table] = {
    (DaysTimeDuration, Decimal): lambda left, right: _rescaled_days(NUMBERS.divide, left, right),
    (YearsMonthsDuration, Decimal): lambda left, right: _rescaled_months(NUMBERS.divide, left, right),
    (DaysTimeDuration, DaysTimeDuration): lambda left, right: _calculated(
        NUMBERS.divide, Decimal(left.nanoseconds), Decimal(right.nanoseconds)
    ),
    (YearsMonthsDuration, YearsMonthsDuration): lambda left, right: _calculated(
        NUMBERS.divide, Decimal(left.months), Decimal(right.months)
    ),
}
