"""Exact integers in SQL text, each with bounds that tell which type holds it: BIGINT, or HUGEINT up to 38 digits.

Division and remainder are taken of numbers that are not negative only: engines disagree about the others.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP
from typing import Final

from shared.feel.typed.sql.refusal import Uncompilable

DIGITS: Final = 38
"""Digits that the widest integer of every engine can have."""

_LARGEST: Final = 10**DIGITS - 1
_LARGEST_BIGINT: Final = 2**63 - 1
_LARGEST_QUOTIENT: Final = 10**32 - 1
"""Spark divides decimals of 38 digits into quotients of 32 digits before the point."""


@dataclass(frozen=True, slots=True)
class Integer:
    """SQL of an integer, or NULL, that lies in [`low`, `high`]; a `literal` is one number and never NULL."""

    sql: str
    low: int
    high: int
    literal: bool = False

    def __post_init__(self) -> None:
        if max(-self.low, self.high) > _LARGEST:
            raise Uncompilable(f"working it out takes integers of more than {DIGITS} digits")

    @property
    def type(self) -> str:
        """The SQL type, which the bounds decide."""
        return "BIGINT" if self.low >= -_LARGEST_BIGINT and self.high <= _LARGEST_BIGINT else "HUGEINT"

    @property
    def bare(self) -> str:
        """The text beside an operator, where a literal takes the type of what it meets."""
        return self.sql if not self.literal else str(self.low) if self.low >= 0 else f"({self.low})"


def constant(number: int) -> Integer:
    """Return a number that is written out."""
    return Integer(f"CAST({number} AS {Integer('', number, number).type})", number, number, literal=True)


def add(one: Integer, other: Integer) -> Integer:
    """Return `one + other`."""
    if other.literal and other.low < 0:
        return subtract(one, constant(-other.low))
    return _operation(one, "+", other, one.low + other.low, one.high + other.high)


def subtract(one: Integer, other: Integer) -> Integer:
    """Return `one - other`."""
    return _operation(one, "-", other, one.low - other.high, one.high - other.low)


def multiply(one: Integer, other: Integer) -> Integer:
    """Return `one * other`."""
    if one.literal and one.low == 1:
        return other
    if other.literal and other.low == 1:
        return one
    ends = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    return _operation(one, "*", other, min(ends), max(ends))


def negate(of: Integer) -> Integer:
    """Return `-of`."""
    return constant(-of.low) if of.literal else Integer(f"(-{of.sql})", -of.high, -of.low)


def magnitude(of: Integer) -> Integer:
    """Return the absolute value."""
    if of.low >= 0:
        return of
    return negate(of) if of.high <= 0 else Integer(f"ABS({of.sql})", 0, max(-of.low, of.high))


def typed(of: Integer, sql_type: str) -> str:
    """Return the text as a value of an SQL type."""
    if of.literal:
        return f"CAST({of.low} AS {sql_type})"
    return of.sql if of.type == sql_type else f"CAST({of.sql} AS {sql_type})"


def narrowed(of: Integer, sql_type: str) -> str:
    """Return the text of a number that is known to fit an SQL type where it is read."""
    return of.sql if of.type == sql_type else f"CAST({of.sql} AS {sql_type})"


def divide(dividend: Integer, divisor: Integer, rounding: str, sign: Integer | None = None) -> Integer:
    """Return `dividend / divisor` as an integer, rounded once (`rounding` of the decimal module); NULL by zero.

    `sign` is a number with the sign of the dividend, where there is a simpler one.
    """
    if divisor.low == divisor.high == 0:
        return Integer("CAST(NULL AS BIGINT)", 0, 0)
    if dividend.literal and divisor.literal:
        return constant(_rounded(dividend.low, divisor.low, rounding))
    if divisor.literal and abs(divisor.low) == 1:
        return dividend if divisor.low > 0 else negate(dividend)
    above, below = magnitude(dividend), _not_zero(magnitude(divisor))
    negative = _is_negative(sign or dividend, divisor)
    if rounding in (ROUND_FLOOR, ROUND_CEILING):
        up, down = _quotient(above, below, ROUND_UP), _quotient(above, below, ROUND_DOWN)
        return _signed(negative, down, up) if rounding == ROUND_FLOOR else _signed(negative, up, down)
    size = _quotient(above, below, rounding)
    if negative in ("TRUE", "FALSE"):
        return _signed(negative, size, size)
    return Integer(f"({size.sql} * CASE WHEN {negative} THEN -1 ELSE 1 END)", -size.high, size.high)


def remainder(dividend: Integer, divisor: Integer) -> Integer:
    """Return the remainder of numbers that are not negative; NULL by zero."""
    assert dividend.low >= 0 and divisor.low >= 0
    if dividend.literal and divisor.literal and divisor.low:
        return constant(dividend.low % divisor.low)
    below = _not_zero(divisor)
    return _operation(dividend, "%", below, 0, min(dividend.high, max(below.high - 1, 0)))


def multiple_below(of: Integer, step: int) -> Integer:
    """Return the largest multiple of `step`, a positive number, that is not above `of`."""
    return of if step == 1 else multiply(divide(of, constant(step), ROUND_FLOOR), constant(step))


def _signed(negative: str, positive: Integer, size_below: Integer) -> Integer:
    """Return a number by its size above zero and its size below."""
    if negative == "FALSE":
        return positive
    below = negate(size_below)
    if negative == "TRUE":
        return below
    low, high = below.low, positive.high
    of = Integer("", low, high).type
    return Integer(f"CASE WHEN {negative} THEN {typed(below, of)} ELSE {typed(positive, of)} END", low, high)


def _operation(one: Integer, sign: str, other: Integer, low: int, high: int) -> Integer:
    """Return an operation in the wider of the types of operands and result, as the type of the result."""
    if one.literal and other.literal and low == high and sign in _FOLDED:
        return constant(low)
    of = Integer("", low, high).type
    left, right = one.bare, other.bare
    computed = "HUGEINT" if "HUGEINT" in (of, one.type, other.type) else "BIGINT"
    if computed == "HUGEINT" and "HUGEINT" not in (one.type, other.type):
        left, right = (left, typed(other, of)) if one.literal else (typed(one, of), right)
    elif one.literal and other.literal:
        left = one.sql
    sql = f"{left} {sign} {right}"
    # Other engines are told of what type a quotient is: theirs differ.
    return Integer(f"({sql})" if computed == of and sign in _FOLDED else f"CAST({sql} AS {of})", low, high)


_FOLDED: Final = ("+", "-", "*")


def _not_zero(divisor: Integer) -> Integer:
    if divisor.low > 0:
        return divisor
    return Integer(f"NULLIF({divisor.sql}, 0)", 1, max(divisor.high, 1))


def _is_negative(dividend: Integer, divisor: Integer) -> str:
    """Return a condition for a quotient below zero, which is TRUE or FALSE where the bounds tell."""
    above = None if dividend.low < 0 < dividend.high else dividend.low < 0
    below = None if divisor.low < 0 < divisor.high else divisor.low < 0
    if above is not None and below is not None:
        return "TRUE" if above != below else "FALSE"
    if above is None and below is None:
        return f"({dividend.sql} < 0) <> ({divisor.sql} < 0)"
    sql, other = (dividend.sql, below) if above is None else (divisor.sql, above)
    return f"{sql} {'>' if other else '<'} 0"


def _quotient(above: Integer, below: Integer, rounding: str) -> Integer:
    """Return a rounded quotient of a number that is not negative and a positive one."""
    low, high = _rounded(above.low, below.high, rounding), _rounded(above.high, below.low, rounding)
    if high > _LARGEST_QUOTIENT:
        raise Uncompilable("a quotient in it can have more than 32 digits")
    match rounding:
        case "ROUND_DOWN":
            return _operation(above, "//", below, low, high)
        case "ROUND_UP":
            # Not (above + below - 1) // below: zero above stays zero, and so it does there.
            return _operation(subtract(add(above, below), constant(1)), "//", below, low, high)
    return _nearest(above, below, rounding, low, high)


def _nearest(above: Integer, below: Integer, rounding: str, low: int, high: int) -> Integer:
    """Return the nearest integer: half a divisor is added, and what lies right between two goes where it has to."""
    if below.literal and below.low % 2 == 1:
        moved, whole = add(above, constant(below.low // 2)), below
        return _operation(moved, "//", whole, low, high)
    if below.literal:
        moved, whole = add(above, constant(below.low // 2)), below
    else:
        moved, whole = add(multiply(above, constant(2)), below), multiply(below, constant(2))
    if rounding == ROUND_HALF_DOWN:
        moved = subtract(moved, constant(1))
    size = _operation(moved, "//", whole, low, high if rounding != ROUND_HALF_EVEN else high + 1)
    if rounding != ROUND_HALF_EVEN:
        return size
    tie = _operation(moved, "%", multiply(whole, constant(2)), 0, 2 * whole.high)
    sql = f"({size.sql} - CASE WHEN {tie.sql} = {whole.bare} THEN 1 ELSE 0 END)"
    return Integer(sql, low, high)


def _rounded(above: int, below: int, rounding: str) -> int:
    """Return a quotient of Python's integers, rounded."""
    negative = (above < 0) != (below < 0)
    size, rest = divmod(abs(above), abs(below))
    twice = 2 * rest - abs(below)
    up = {
        ROUND_DOWN: False,
        ROUND_UP: rest > 0,
        ROUND_FLOOR: negative and rest > 0,
        ROUND_CEILING: not negative and rest > 0,
        ROUND_HALF_UP: twice >= 0,
        ROUND_HALF_DOWN: twice > 0,
        ROUND_HALF_EVEN: twice > 0 or (twice == 0 and size % 2 == 1),
    }[rounding]
    size += up
    return -size if negative else size
