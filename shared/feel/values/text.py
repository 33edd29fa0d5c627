"""Values as text, the way FEEL's `string` function writes them (DMN 1.5, 10.3.4.1), and back."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from shared.feel.values.calendar import Date
from shared.feel.values.duration import NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from shared.feel.values.error import FeelError
from shared.feel.values.lexical import at_literal, parse_date, parse_date_time, parse_duration, parse_time
from shared.feel.values.moment import DateTime, Time
from shared.feel.values.number import number_text
from shared.feel.values.value import Function, Range, Value

__all__ = ["at_literal", "literal_text", "parse_date", "parse_date_time", "parse_duration", "parse_time", "to_text"]

MAX_TEXT: Final = 1_000_000
"""Longest text of a value, in characters."""

_BARE_KEY: Final = re.compile(r"[^\W\d]\w*(?: \w+)*")
_ESCAPES: Final = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def to_text(value: Value) -> str:
    """Return `value` as text: strings as they are, the parts of lists, contexts and ranges as FEEL would read them.

    `1.50` is "1.5", `["a", @"2026-01-31"]` is itself. Raises `FeelError` beyond `MAX_TEXT` characters.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict | Range):
        return literal_text(value)
    return _plain_text(value)


def literal_text(value: Value) -> str:
    """Return `value` as an expression that FEEL would read as that value: strings quoted, dates as `@"2026-01-31"`.

    Functions and ranges of null have no such expression; they come as a description. Raises `FeelError` beyond
    `MAX_TEXT` characters.
    """
    written: list[str] = []
    size = 0
    unfinished = [iter([value])]  # Instead of recursion: the depth of a value is its author's.
    while unfinished:
        for part in unfinished[-1]:
            if isinstance(part, _Text):
                written.append(part)
                size += len(part)
            else:
                unfinished.append(_parts(part))
                break
        else:
            unfinished.pop()
        if size > MAX_TEXT:
            raise FeelError(f"the text is longer than {MAX_TEXT} characters")
    return "".join(written)


class _Text(str):
    """Text that is finished, as against a string that is a value."""

    __slots__ = ()


def _parts(value: Value) -> Iterator[Value]:
    match value:
        case list():
            return _items(value)
        case dict():
            return _entries(value)
        case Range():
            return _ends(value)
        case str():
            return iter([_Text(_quoted(value))])
        case Date() | Time() | DateTime() | DaysTimeDuration() | YearsMonthsDuration():
            return iter([_Text(f'@"{_plain_text(value)}"')])
        case _:
            return iter([_Text(_plain_text(value))])


def _items(items: list[Value]) -> Iterator[Value]:
    opening = "["
    for item in items:
        yield _Text(opening)
        yield item
        opening = ", "
    yield _Text("]" if items else "[]")


def _entries(context: dict[str, Value]) -> Iterator[Value]:
    opening = "{"
    for key, value in context.items():
        name = key if _BARE_KEY.fullmatch(key) else _quoted(key)
        yield _Text(f"{opening}{name}: ")
        yield value
        opening = ", "
    yield _Text("}" if context else "{}")


def _ends(range_: Range) -> Iterator[Value]:
    if range_.complement:
        yield from (_Text("(!= "), range_.low, _Text(")"))
    elif range_.low is None and not range_.null_ends:
        yield from (_Text("(<= " if range_.high_included else "(< "), range_.high, _Text(")"))
    elif range_.high is None and not range_.null_ends:
        yield from (_Text("(>= " if range_.low_included else "(> "), range_.low, _Text(")"))
    else:
        yield from (_Text("[" if range_.low_included else "("), range_.low, _Text(".."))
        yield from (range_.high, _Text("]" if range_.high_included else ")"))


def _plain_text(value: Value) -> str:
    return _function_text(value) if isinstance(value, Function) else _TEXTS[type(value)](value)


def _quoted(string: str) -> str:
    return f'"{string.translate(_ESCAPES)}"'


def _date_text(date: Date) -> str:
    sign = "-" if date.year < 0 else ""
    return f"{sign}{abs(date.year):04}-{date.month:02}-{date.day:02}"


def _time_text(time: Time) -> str:
    fraction = f".{time.nanosecond:09}".rstrip("0") if time.nanosecond else ""
    return f"{time.hour:02}:{time.minute:02}:{time.second:02}{fraction}{_place_text(time)}"


def _place_text(time: Time) -> str:
    if time.zone is not None:
        return f"@{time.zone}"
    if time.offset is None:
        return ""
    if time.offset == 0:
        return "Z"
    hours, rest = divmod(abs(time.offset), 3600)
    minutes, seconds = divmod(rest, 60)
    sign = "-" if time.offset < 0 else "+"
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def _date_time_text(moment: DateTime) -> str:
    return f"{_date_text(moment.date)}T{_time_text(moment.time)}"


def _days_text(duration: DaysTimeDuration) -> str:
    total_seconds, nanosecond = divmod(abs(duration.nanoseconds), NANOSECONDS)
    minutes, seconds = divmod(total_seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f".{nanosecond:09}".rstrip("0") if nanosecond else ""
    time = "".join(f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M")) if amount)
    if seconds or fraction:
        time += f"{seconds}{fraction}S"
    text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
    return ("-P" if duration.nanoseconds < 0 else "P") + (text or "T0S")


def _months_text(duration: YearsMonthsDuration) -> str:
    years, months = divmod(abs(duration.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-P" if duration.months < 0 else "P") + (text or "0M")


def _function_text(function: Function) -> str:
    return f"function({', '.join(function.parameters)})"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    Decimal: number_text,
    Date: _date_text,
    Time: _time_text,
    DateTime: _date_time_text,
    DaysTimeDuration: _days_text,
    YearsMonthsDuration: _months_text,
}
