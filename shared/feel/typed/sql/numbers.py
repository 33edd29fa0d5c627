"""Numbers, amounts and durations: arithmetic, rounding and order of scaled integers."""

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR
from itertools import product
from math import gcd
from typing import Final

from shared.feel.typed.regions import domain
from shared.feel.typed.sql import integers
from shared.feel.typed.sql.integers import Integer, constant
from shared.feel.typed.sql.value import FEW, SqlValue, at_scale, null, of_integer
from shared.feel.typed.types import Kind, Type

COMPARISONS: Final = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_FLIPPED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def added(one: SqlValue, other: SqlValue, of: Type) -> SqlValue:
    """Return `one + other`."""
    return _summed(one, other, of, integers.add, lambda a, b: a + b)


def subtracted(one: SqlValue, other: SqlValue, of: Type) -> SqlValue:
    """Return `one - other`."""
    return _summed(one, other, of, integers.subtract, lambda a, b: a - b)


def _summed(
    one: SqlValue,
    other: SqlValue,
    of: Type,
    operation: Callable[[Integer, Integer], Integer],
    plain: Callable[[int, int], int],
) -> SqlValue:
    one, other = alike((one, other))
    return of_integer(operation(one.integer, other.integer), of, one.scale, _each(one, other, plain))


def multiplied(one: SqlValue, other: SqlValue, of: Type) -> SqlValue:
    """Return `one * other`."""
    values = _each(one, other, lambda a, b: a * b)
    return of_integer(integers.multiply(one.integer, other.integer), of, one.scale + other.scale, values)


def quotient(one: SqlValue, other: SqlValue, of: Type, scale: int, rounding: str) -> SqlValue:
    """Return `one / other` at `scale` decimal places, or at fewer where it surely has no more; NULL by zero."""
    places = scale + other.scale - one.scale
    dividend, divisor = one.integer, other.integer
    if not divisor.literal or divisor.low == 0:
        dividend = integers.multiply(dividend, constant(10 ** max(places, 0)))
        divisor = integers.multiply(divisor, constant(10 ** max(-places, 0)))
        return of_integer(integers.divide(dividend, divisor, rounding, one.integer), of, scale)
    factor, by, scale = _reduced(10 ** max(places, 0), divisor.low * 10 ** max(-places, 0), scale)
    multiple = integers.multiply(dividend, constant(factor))
    return of_integer(integers.divide(multiple, constant(by), rounding, one.integer), of, scale)


def _reduced(factor: int, by: int, scale: int) -> tuple[int, int, int]:
    """Return `factor / by` in lowest terms, and the smallest scale that keeps a whole multiple whole."""
    shared = gcd(factor, by)
    factor, by = factor // shared, by // shared
    while abs(by) == 1 and scale > 0 and factor % 10 == 0:
        factor, scale = factor // 10, scale - 1
    return factor, by, scale


def rounded(value: SqlValue, places: int, rounding: str) -> SqlValue:
    """Return the value with at most `places` decimal places, which may be below zero."""
    if value.scale <= places:
        return value
    step = constant(10 ** (value.scale - places))
    integer = integers.divide(value.integer, step, rounding)
    if places < 0:
        integer, places = integers.multiply(integer, constant(10**-places)), 0
    return of_integer(integer, value.type, places)


def brought(value: SqlValue, of: Type, rounding: str) -> SqlValue:
    """Return the value at the scale of a declared type; NULL beyond the bounds of that type."""
    scale = of.scale or 0 if of.kind is Kind.DECIMAL else 0
    exact = at_scale(value, scale) if value.scale <= scale else rounded(value, scale, rounding)
    ((least, greatest),) = domain(of)
    low, high = max(exact.low, least), min(exact.high, greatest)
    if low > high:
        return null(of)
    if (low, high) == (exact.low, exact.high):
        return of_integer(exact.integer, of, scale, exact.values)
    values = None if exact.values is None else tuple(each for each in exact.values if low <= each <= high)
    bounded = Integer("", low, high)
    kept = integers.narrowed(exact.integer, bounded.type)
    sql = f"CASE WHEN {exact.sql} BETWEEN {least} AND {greatest} THEN {kept} END"
    return of_integer(Integer(sql, low, high), of, scale, values)


def absolute(value: SqlValue, of: Type) -> SqlValue:
    """Return the value without its sign."""
    return of_integer(integers.magnitude(value.integer), of, value.scale)


def modulo(dividend: SqlValue, divisor: SqlValue, of: Type) -> SqlValue:
    """Return `dividend - divisor * floor(dividend / divisor)`, which has the sign of the divisor; NULL by zero."""
    dividend, divisor = alike((dividend, divisor))
    if dividend.low >= 0 and divisor.low >= 0:
        return of_integer(integers.remainder(dividend.integer, divisor.integer), of, dividend.scale)
    times = integers.divide(dividend.integer, divisor.integer, ROUND_FLOOR)
    result = integers.subtract(dividend.integer, integers.multiply(divisor.integer, times))
    size = max(-divisor.low, divisor.high)
    low, high = (0 if divisor.low >= 0 else 1 - size), (0 if divisor.high <= 0 else size - 1)
    bounded = Integer(integers.narrowed(result, Integer("", low, high).type), low, high)
    return of_integer(bounded, of, dividend.scale)


def truncated(value: SqlValue, by: int, of: Type) -> SqlValue:
    """Return the whole multiples of `by` in an integer, towards zero."""
    return of_integer(integers.divide(value.integer, constant(by), ROUND_DOWN), of)


def least(values: Sequence[SqlValue], of: Type) -> SqlValue:
    """Return the smallest, NULL where one is."""
    return _extreme("LEAST", min, values, of)


def greatest(values: Sequence[SqlValue], of: Type) -> SqlValue:
    """Return the largest, NULL where one is."""
    return _extreme("GREATEST", max, values, of)


def _extreme(name: str, pick: Callable[[Sequence[int]], int], values: Sequence[SqlValue], of: Type) -> SqlValue:
    """Engines disagree about NULL in these functions, so that it never gets there."""
    parts = list(dict.fromkeys(alike(values)))
    if len(parts) == 1:
        return parts[0]
    there = [part for part in parts if not part.literal]
    if not there:
        return of_integer(constant(pick([part.low for part in parts])), of, parts[0].scale)
    low, high = pick([part.low for part in parts]), pick([part.high for part in parts])
    sql_type = Integer("", min(part.low for part in parts), max(part.high for part in parts)).type
    found = f"{name}({', '.join(integers.typed(part.integer, sql_type) for part in parts)})"
    missing = " OR ".join(f"{part.sql} IS NULL" for part in there)
    kept = Integer("", low, high).type
    found = found if kept == sql_type else f"CAST({found} AS {kept})"
    return of_integer(Integer(f"CASE WHEN {missing} THEN NULL ELSE {found} END", low, high), of, parts[0].scale)


def alike(values: Sequence[SqlValue]) -> list[SqlValue]:
    """Return the same numbers at one scale."""
    scale = max(value.scale for value in values)
    return [at_scale(value, scale) for value in values]


def compared(operator: str, one: SqlValue, other: SqlValue) -> str:
    """Return a condition that holds when `one operator other` does, NULL where one of them is."""
    if one.literal and not other.literal:
        operator, one, other = _FLIPPED[operator], other, one
    if other.literal:
        return _with_literal(operator, one, other)
    one, other = alike((one, other))
    return f"{one.sql} {COMPARISONS[operator]} {other.sql}"


def _with_literal(operator: str, value: SqlValue, bound: SqlValue) -> str:
    """The literal moves to the next number that the value can be, or just outside of all of them."""
    places = value.scale - bound.scale
    if places >= 0:
        key, exact = bound.low * 10**places, True
    else:
        key, rest = divmod(bound.low, 10**-places)
        exact = rest == 0
    if not exact and operator in ("=", "!="):
        key = value.low - 1
    elif not exact and operator in ("<", ">="):
        key += 1
    key = min(max(key, value.low - 1), value.high + 1)
    return f"{value.sql} {COMPARISONS[operator]} {constant(key).bare}"


def is_one_of(value: SqlValue, members: Sequence[SqlValue]) -> str:
    """Return a condition that holds when the value is one of some literals."""
    tests = [_with_literal("=", value, member) for member in members]
    return " OR ".join(tests) if len(tests) > 1 else tests[0]


def _each(one: SqlValue, other: SqlValue, operation: Callable[[int, int], int]) -> tuple[int, ...] | None:
    """Return all results of two numbers that have few values."""
    if one.values is None or other.values is None or len(one.values) * len(other.values) > FEW:
        return None
    return tuple(sorted({operation(a, b) for a, b in product(one.values, other.values)}))


def union(parts: Sequence[tuple[int, ...] | None]) -> tuple[int, ...] | None:
    """Return all values of a choice; None where those of a part are not known one by one."""
    found: set[int] = set()
    for part in parts:
        if part is None:
            return None
        found.update(part)
    return tuple(sorted(found))


ROUNDINGS: Final = {
    "decimal": "ROUND_HALF_EVEN",
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "round up": "ROUND_UP",
    "round down": ROUND_DOWN,
    "round half up": "ROUND_HALF_UP",
    "round half down": "ROUND_HALF_DOWN",
}
