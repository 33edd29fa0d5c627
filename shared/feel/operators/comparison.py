"""Equality, order and ranges (DMN 1.5, 10.3.2.7 and tables 52 to 55 of 10.3.2.15).

Answers are three-valued: None where FEEL says null, which is for values that do not compare. Questions never raise for
the kinds of their operands, so that one odd item of a list does not spoil the others.
"""

import operator as python
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from shared.feel.values import (
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

MAX_PARTS: Final = 1_000_000
"""Most parts of lists and contexts that one comparison looks at."""

_PLAIN: Final = frozenset({Decimal, str, Date, DaysTimeDuration, YearsMonthsDuration})
"""Kinds that Python compares as FEEL does."""
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}


def equal(left: Value, right: Value) -> bool | None:
    """Return `left = right`; None when they are of different kinds. Null equals null and nothing else.

    Dates and times are equal when they are the same instant; one with an offset and one without do not compare. Lists
    and contexts are equal when all their parts are, false standing above null. Raises `FeelError` beyond `MAX_PARTS`.
    """
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    if type(left) in _PLAIN or type(left) is bool:
        return left == right
    return _equal_parts(left, right)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """Return `left operator right` for one of `= != < <= > >=`; None when the operands do not compare or one is null.

    Numbers, strings (by code point), dates, times, and durations of one kind have an order, other kinds have none. In
    the order, a local time is taken to be at the offset of the other one; for equality they do not compare.
    """
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        same = equal(left, right)
        return None if same is None else not same
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _PLAIN:
        return _ORDERS[operator](left, right)
    if isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime):
        return _ORDERS[operator](_instant_beside(left, right), _instant_beside(right, left))
    return None


def between(value: Value, low: Value, high: Value) -> bool | None:
    """Return `value between low and high`, both ends included."""
    return _both(compare(">=", value, low), compare("<=", value, high))


def interval(low: Value, high: Value, low_included: bool = True, high_included: bool = True) -> Range:
    """Return the range from `low` to `high`; raises `FeelError` where there is no such range.

    The ends must be of one ordered kind and in order. A null end is allowed: it leaves open what the range holds.
    """
    if low is None or high is None:
        return Range(low, high, low_included, high_included, null_ends=True)
    in_order = compare("<=", low, high)
    if in_order is None:
        raise FeelError(f"there is no range from a {kind_of(low)} to a {kind_of(high)}")
    if not in_order:
        raise FeelError("the range ends before it starts")
    return Range(low, high, low_included, high_included)


def half_bounded(operator: str, end: Value) -> Range:
    """Return the range of all that is `operator end`, for one of `= != < <= > >=`: `(< 10)`."""
    null = end is None
    match operator:
        case "<" | "<=":
            return Range(None, end, False, operator == "<=", null_ends=null)
        case ">" | ">=":
            return Range(end, None, operator == ">=", False, null_ends=null)
        case "=":
            return Range(end, end, True, True, null_ends=null, single=True)
        case _:
            return Range(end, end, False, False, null_ends=null, complement=True)


def in_range(value: Value, range_: Range) -> bool | None:
    """Tell whether `value` lies in `range_`; None when it does not compare with an end that matters."""
    if range_.complement:
        return compare("!=", value, range_.low)
    if range_.low is range_.high and range_.low is not None and range_.low_included and range_.high_included:
        return equal(value, range_.low)  # A single value, which needs no order.
    if value is None:
        return None
    above = _beyond(value, ">=" if range_.low_included else ">", range_.low, range_)
    below = _beyond(value, "<=" if range_.high_included else "<", range_.high, range_)
    return _both(above, below)


def _beyond(value: Value, operator: str, end: Value, range_: Range) -> bool | None:
    if end is None:
        return None if range_.null_ends else True
    return compare(operator, value, end)


def _instant_beside(moment: Time | DateTime, other: Time | DateTime) -> int:
    """Return the instant of `moment`, which without an offset of its own has that of `other`."""
    offset = other.offset_seconds if moment.is_local else None
    return moment.instant - (offset or 0) * NANOSECONDS


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _equal_parts(left: Value, right: Value) -> bool | None:
    """Compare all parts, deepest last, with a list of what remains rather than by recursion: depth is the author's."""
    answer: bool | None = True
    remaining: list[tuple[Value, Value]] = [(left, right)]
    seen = 0
    while remaining:
        seen += 1
        if seen + len(remaining) > MAX_PARTS:
            raise FeelError(f"the values to compare have more than {MAX_PARTS} parts")
        first, second = remaining.pop()
        parts = _parts(first, second)
        if parts is False:
            return False
        if parts is None:
            answer = None
        elif parts is not True:
            remaining.extend(parts)
    return answer


def _parts(left: Value, right: Value) -> bool | list[tuple[Value, Value]] | None:
    """Return whether two values are equal, or the pairs of their parts that would have to be."""
    if isinstance(left, list) and isinstance(right, list):
        return list(zip(left, right, strict=True)) if len(left) == len(right) else False
    if isinstance(left, dict) and isinstance(right, dict):
        return [(value, right[key]) for key, value in left.items()] if left.keys() == right.keys() else False
    if isinstance(left, Range) and isinstance(right, Range):
        return [(left.low, right.low), (left.high, right.high)] if _same_form(left, right) else False
    if isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime) and type(left) is type(right):
        return left.instant == right.instant if left.is_local == right.is_local else None
    if left is None or right is None or type(left) in _PLAIN or type(left) is bool:
        return equal(left, right)
    return True if left is right else None  # Functions, and different kinds.


def _same_form(left: Range, right: Range) -> bool:
    """Tell whether two ranges have the same operator, or the same ends included (DMN 1.5, 10.3.2.15, table 53)."""
    open_ended = left.low is None or left.high is None
    return (
        left.low_included == right.low_included
        and left.high_included == right.high_included
        and left.complement == right.complement
        and left.single == right.single
        and (left.null_ends == right.null_ends or not open_ended)
    )
