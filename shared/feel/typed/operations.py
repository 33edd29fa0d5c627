"""What the operations of a typed tree do with values that are there: the one meaning that all Python code shares.

Each is a function of plain values that raises `ArithmeticError` when there is no result: division by zero, overflow,
a day outside the calendar. Arithmetic is decimal, in 34 digits, or of `int` where the result is surely one. Quotients
and powers are rounded to their stated scale.
"""

import operator
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_05UP, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import reduce
from typing import Any, Final

from shared.feel import operators
from shared.feel.library import BUILTINS
from shared.feel.typed.conversion import from_feel, to_feel
from shared.feel.typed.nodes import PLACES, Arithmetic, Brought, Constant, Function
from shared.feel.typed.regions import domain
from shared.feel.typed.types import Kind
from shared.feel.values import NUMBERS, FeelError

Operation = Callable[..., Any]

NATIVE: Final[Mapping[str, Operation]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
"""The operators that Python's own compute, where the result is an `int` or a text."""

_NUMBERS: Final[Mapping[str, Operation]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
}

_FINER: Final = NUMBERS.copy()
_FINER.prec, _FINER.rounding = 40, ROUND_05UP
"""A quotient of this context can be rounded once more, to up to 34 digits, as if it had never been rounded."""


def is_native(typed: Arithmetic) -> bool:
    """Tell whether Python's own operator computes it."""
    of_python = typed.type.whole or typed.type.kind in (Kind.DAYS, Kind.MONTHS, Kind.TEXT)
    return of_python and typed.left.type.kind is not Kind.DATE


def arithmetic(typed: Arithmetic) -> Operation:
    """Return the function of both operands."""
    if is_native(typed):
        return NATIVE[typed.operator]
    if typed.operator == "/":
        return _quotient(typed.scale, typed.rounding)
    if typed.operator == "**":
        return _power(typed.scale, typed.rounding)
    if Kind.DATE in (typed.left.type.kind, typed.right.type.kind):
        return _of_days(typed)
    return _NUMBERS[typed.operator]


def _quotient(scale: int, rounding: str) -> Operation:
    places = Decimal(1).scaleb(-scale)
    divide = _FINER.divide

    def quotient(dividend: Any, divisor: Any) -> Decimal:
        try:
            return divide(dividend, divisor).quantize(places, rounding, NUMBERS)
        except InvalidOperation:
            # More than 34 digits with all those places, or nothing divided by nothing.
            return NUMBERS.divide(dividend, divisor)

    return quotient


def _power(scale: int, rounding: str) -> Operation:
    places = Decimal(1).scaleb(-scale)

    def power(base: Any, exponent: Any) -> Decimal:
        try:
            result = operators.power(Decimal(base), Decimal(exponent))
        except FeelError as error:
            raise ArithmeticError(str(error)) from None
        assert isinstance(result, Decimal)
        try:
            return result.quantize(places, rounding, NUMBERS)
        except InvalidOperation:
            return result  # More than 34 digits with all those places.

    return power


def _of_days(typed: Arithmetic) -> Operation:
    left, right = typed.left.type.kind, typed.right.type.kind
    if left is right:
        return lambda later, earlier: later.toordinal() - earlier.toordinal()
    move = days_later if Kind.DAYS in (left, right) else months_later
    if typed.operator == "-":
        return lambda day, length: move(day, -length)
    return move if left is Kind.DATE else lambda length, day: move(day, length)


def days_later(day: date, days: int) -> date:
    """Return the day that many days later."""
    try:
        return date.fromordinal(day.toordinal() + days)
    except (ValueError, OverflowError):
        raise ArithmeticError("outside the calendar") from None


def months_later(day: date, months: int) -> date:
    """Return the same day of the month that many months later, or its last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ArithmeticError("outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(earlier: date, later: date) -> int:
    """Return the whole months from one day to another, negative where the second is the earlier one."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    if months > 0 and later.day < earlier.day:
        return months - 1
    return months + 1 if months < 0 and later.day > earlier.day else months


def brought(typed: Brought) -> Operation:
    """Return the function that brings a value to the declared type."""
    of, rounding = typed.type, typed.rounding
    if of.kind is Kind.TEXT:
        return _one_of(frozenset(of.values))
    low, high = domain(of)[0]
    if of.kind is Kind.DECIMAL:
        places = Decimal(1).scaleb(-(of.scale or 0))
        return _to_scale(places, rounding, NUMBERS.multiply(low, places), NUMBERS.multiply(high, places))

    def whole(value: Any) -> int:
        result = value if type(value) is int else int(value.to_integral_value(rounding, NUMBERS))
        if low <= result <= high:
            return result
        raise ArithmeticError("out of bounds")

    return whole


def brought_quotient(typed: Brought) -> Operation | None:
    """Return the function of dividend and divisor that divides and brings to the declared type; None for no quotient.

    It does both in one step, and means the same as one after the other.
    """
    of, rounding, operand = typed.type, typed.rounding, typed.operand
    if not (isinstance(operand, Arithmetic) and operand.operator == "/"):
        return None
    if (
        of.kind is not Kind.DECIMAL
        and rounding == ROUND_HALF_UP
        and operand.left.type.whole
        and operand.right.type.whole
    ):
        return _whole_quotient(*domain(of)[0])
    places = Decimal(1).scaleb(-operand.scale)
    low, high = (Decimal(bound).scaleb(-operand.scale, NUMBERS) for bound in domain(of)[0])
    divide, nothing = _FINER.divide, Decimal(0).quantize(places)

    def to_scale(dividend: Any, divisor: Any) -> Decimal:
        result = divide(dividend, divisor).quantize(places, rounding, NUMBERS)
        if low <= result <= high:
            return result or nothing
        raise ArithmeticError("out of bounds")

    def whole(dividend: Any, divisor: Any) -> int:
        return int(to_scale(dividend, divisor))

    return to_scale if of.kind is Kind.DECIMAL else whole


def _whole_quotient(low: int, high: int) -> Operation:
    def quotient(dividend: int, divisor: int) -> int:
        double, size = abs(dividend) * 2, abs(divisor)
        nearest = (double + size) // (size * 2)
        result = nearest if (dividend < 0) is (divisor < 0) else -nearest
        if low <= result <= high:
            return result
        raise ArithmeticError("out of bounds")

    return quotient


def _to_scale(places: Decimal, rounding: str, low: Decimal, high: Decimal) -> Operation:
    # What is nothing has no sign: -0.0000 would be written differently from what it equals.
    nothing = Decimal(0).quantize(places)

    def to_scale(value: Any) -> Decimal:
        result = Decimal(value).quantize(places, rounding, NUMBERS)
        if low <= result <= high:
            return result or nothing
        raise ArithmeticError("out of bounds")

    return to_scale


def _one_of(values: frozenset[str]) -> Operation:
    def one_of(value: str) -> str:
        if value in values:
            return value
        raise ArithmeticError("not a value of the enum")

    return one_of


def function(typed: Function) -> Operation:
    """Return the function of the arguments."""
    special = _SPECIAL.get(typed.name)
    return _library(typed) if special is None else special(typed)


def _library(typed: Function) -> Operation:
    invoke = BUILTINS[typed.name].invoke
    types = [argument.type for argument in typed.arguments]
    result_type = typed.type

    def call(*arguments: Any) -> Any:
        try:
            result = invoke([to_feel(value, of) for value, of in zip(arguments, types, strict=True)])
        except FeelError as error:
            raise ArithmeticError(str(error)) from None
        value = from_feel(result, result_type)
        if value is None:
            raise ArithmeticError("null")
        return value

    return call


def _sum(typed: Function) -> Operation:
    if typed.type.whole:
        return lambda *numbers: sum(numbers)
    return lambda *numbers: reduce(NUMBERS.add, numbers)


def _mean(typed: Function) -> Operation:
    divide, count = _quotient(PLACES, ROUND_HALF_EVEN), len(typed.arguments)
    return lambda *numbers: divide(reduce(NUMBERS.add, numbers), count)


def _modulo(typed: Function) -> Operation:
    return operator.mod if typed.type.whole else _library(typed)


def _rounded(rounding: str) -> Callable[[Function], Operation]:
    def of(typed: Function) -> Operation:
        places = typed.arguments[1]
        assert isinstance(places, Constant) and isinstance(places.value, int)
        # Amounts are in minor units, and their places are counted in major ones.
        minor = typed.type.scale or 0 if typed.type.kind is Kind.MONEY else 0
        exponent = minor - places.value
        quantum = Decimal((0, (1,), exponent))

        def round_(value: Any, _places: Any) -> Any:
            number = Decimal(value)
            if int(number.as_tuple().exponent) >= exponent:
                return number
            return NUMBERS.plus(number.quantize(quantum, rounding, NUMBERS))

        return round_

    return of


def _plain(function_of_values: Operation) -> Callable[[Function], Operation]:
    return lambda _typed: function_of_values


def _part_of_months(part: Callable[[int], int]) -> Operation:
    return lambda months: part(abs(months)) if months >= 0 else -part(abs(months))


_SPECIAL: Final[Mapping[str, Callable[[Function], Operation]]] = {
    "min": _plain(min),
    "max": _plain(max),
    "sum": _sum,
    "mean": _mean,
    "abs": lambda typed: abs if typed.type.whole or typed.type.kind in (Kind.DAYS, Kind.MONTHS) else NUMBERS.abs,
    "modulo": _modulo,
    "decimal": _rounded("ROUND_HALF_EVEN"),
    "floor": _rounded("ROUND_FLOOR"),
    "ceiling": _rounded("ROUND_CEILING"),
    "round up": _rounded("ROUND_UP"),
    "round down": _rounded("ROUND_DOWN"),
    "round half up": _rounded("ROUND_HALF_UP"),
    "round half down": _rounded("ROUND_HALF_DOWN"),
    "string length": _plain(len),
    "contains": _plain(operator.contains),
    "starts with": _plain(str.startswith),
    "ends with": _plain(str.endswith),
    "upper case": _plain(str.upper),
    "lower case": _plain(str.lower),
    "years and months duration": _plain(months_between),
    ".year": _plain(operator.attrgetter("year")),
    ".month": _plain(operator.attrgetter("month")),
    ".day": _plain(operator.attrgetter("day")),
    ".weekday": _plain(date.isoweekday),
    ".days": _plain(lambda days: days),
    ".years": _plain(_part_of_months(lambda months: months // 12)),
    ".months": _plain(_part_of_months(lambda months: months % 12)),
}
