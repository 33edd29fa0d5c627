"""Literals of days and durations, and what is asked of them."""

from datetime import date

from shared.feel.syntax import tree
from shared.feel.typed.check.operand import Exotic, Refusal
from shared.feel.typed.nodes import Constant
from shared.feel.typed.types import DATE, DAYS, MONTHS
from shared.feel.values import Date, DaysTimeDuration, Value, YearsMonthsDuration
from shared.feel.values.duration import NANOSECONDS_A_DAY
from shared.feel.values.lexical import at_literal, parse_date, parse_duration

_MAX_LENGTH = 10_000_000
"""Longest duration in days or months: longer than the calendar."""


def at(node: tree.AtLiteral) -> Constant:
    """Return the value of `@"..."`; raises `Refusal` for what is no value, `Exotic` for times."""
    value = at_literal(node.text)
    if value is None:
        raise Refusal("no_value", f"`{node.text[:40]}` is not a date, a time or a duration", node.span)
    return temporal(value)


def day(text: str, span: tree.Span) -> Constant:
    """Return the day that `date(text)` names; raises `Refusal`."""
    value = parse_date(text)
    if value is None:
        raise Refusal("no_value", f"`{text[:40]}` is not a day of the calendar, written YYYY-MM-DD", span)
    return temporal(value)


def duration(text: str, span: tree.Span) -> Constant:
    """Return the duration that `duration(text)` names; raises `Refusal`, and `Exotic` for parts of days."""
    value = parse_duration(text)
    if value is None:
        raise Refusal("no_value", f"`{text[:40]}` is not a duration, such as P30D or P1Y6M", span)
    return temporal(value)


def temporal(value: Value) -> Constant:
    """Return a FEEL date or duration as a constant; raises `Exotic` for what only the general engine computes with."""
    match value:
        case Date(year, month, day_of_month) if date.min.year <= year <= date.max.year:
            return Constant(date(year, month, day_of_month), DATE)
        case YearsMonthsDuration(months) if abs(months) <= _MAX_LENGTH:
            return Constant(months, MONTHS)
        case DaysTimeDuration(nanoseconds) if nanoseconds % NANOSECONDS_A_DAY == 0:
            days = nanoseconds // NANOSECONDS_A_DAY
            if abs(days) <= _MAX_LENGTH:
                return Constant(days, DAYS)
    raise Exotic
