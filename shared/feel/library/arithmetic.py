"""Functions on numbers (DMN 1.5, 10.3.4.5), exact to 34 digits."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import cast

from shared.feel.library.bounds import whole
from shared.feel.library.signature import DAYS_DURATION, MONTHS_DURATION, NUMBER, Parameter, builtin, form
from shared.feel.values import NUMBERS, DaysTimeDuration, FeelError, Value, YearsMonthsDuration

_LEAST_SCALE, _GREATEST_SCALE = -6111, 6176


def _rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """The number with `scale` digits after the point. A negative scale rounds to tens, hundreds and so on."""
    digits = whole(scale)
    if not _LEAST_SCALE <= digits <= _GREATEST_SCALE:
        raise FeelError(f"a scale is from {_LEAST_SCALE} to {_GREATEST_SCALE}, not {digits}")
    if -cast(int, number.as_tuple().exponent) <= digits:
        return number
    rounded = number.quantize(Decimal((0, (1,), -digits)), rounding=rounding, context=NUMBERS)
    return rounded.copy_abs() if rounded.is_zero() else rounded


def _rounding(rounding: str) -> Callable[..., Value]:
    def apply(number: Decimal, scale: Decimal = Decimal(0)) -> Value:
        return _rounded(number, scale, rounding)

    return apply


def _absolute(value: Decimal | DaysTimeDuration | YearsMonthsDuration) -> Value:
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(abs(value.nanoseconds))
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(abs(value.months))
    return value.copy_abs()


def _modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """`dividend - divisor * floor(dividend / divisor)`, in integers, for the quotient may have more than 34 digits."""
    if divisor.is_zero():
        raise FeelError("a number has no remainder of a division by zero")
    exponent = min(cast(int, dividend.as_tuple().exponent), cast(int, divisor.as_tuple().exponent))
    remainder = _units(dividend, exponent) % _units(divisor, exponent)
    return NUMBERS.plus(Decimal(remainder).scaleb(exponent, NUMBERS))


def _units(number: Decimal, exponent: int) -> int:
    """The number in units of `10 ** exponent`, which divides it."""
    sign, digits, own = number.as_tuple()
    magnitude: int = int("".join(map(str, digits))) * 10 ** (cast(int, own) - exponent)
    return -magnitude if sign else magnitude


def _square_root(number: Decimal) -> Value:
    if number < 0:
        raise FeelError("a negative number has no square root")
    return NUMBERS.sqrt(number)


def _logarithm(number: Decimal) -> Value:
    if number <= 0:
        raise FeelError("only positive numbers have a logarithm")
    return NUMBERS.ln(number)


def _exponential(number: Decimal) -> Value:
    return NUMBERS.exp(number)


def _odd(number: Decimal) -> Value:
    return _modulo(number, Decimal(2)) == 1


def _even(number: Decimal) -> Value:
    return _modulo(number, Decimal(2)) == 0


_N = Parameter("n", NUMBER)
_NUMBER = Parameter("number", NUMBER)
_SCALE = Parameter("scale", NUMBER)
_OPTIONAL_SCALE = Parameter("scale", NUMBER, optional=True)

FUNCTIONS = (
    builtin("decimal", "number", form(_rounding(ROUND_HALF_EVEN), _N, _SCALE)),
    builtin("floor", "number", form(_rounding(ROUND_FLOOR), _N, _OPTIONAL_SCALE)),
    builtin("ceiling", "number", form(_rounding(ROUND_CEILING), _N, _OPTIONAL_SCALE)),
    builtin("round up", "number", form(_rounding(ROUND_UP), _N, _SCALE)),
    builtin("round down", "number", form(_rounding(ROUND_DOWN), _N, _SCALE)),
    builtin("round half up", "number", form(_rounding(ROUND_HALF_UP), _N, _SCALE)),
    builtin("round half down", "number", form(_rounding(ROUND_HALF_DOWN), _N, _SCALE)),
    builtin("abs", "Any", form(_absolute, Parameter("n", NUMBER | DAYS_DURATION | MONTHS_DURATION))),
    builtin("modulo", "number", form(_modulo, Parameter("dividend", NUMBER), Parameter("divisor", NUMBER))),
    builtin("sqrt", "number", form(_square_root, _NUMBER)),
    builtin("log", "number", form(_logarithm, _NUMBER)),
    builtin("exp", "number", form(_exponential, _NUMBER)),
    builtin("odd", "boolean", form(_odd, _NUMBER)),
    builtin("even", "boolean", form(_even, _NUMBER)),
)
