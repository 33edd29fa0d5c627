"""From values to text and from text to values (DMN 1.5, 10.3.4.1), and whether two values are the same (10.3.4.6)."""

import re
from typing import Final

from shared.feel.library.signature import ANY, STRING, Parameter, builtin, form
from shared.feel.operators import half_bounded, interval, negate
from shared.feel.syntax import FeelSyntaxError, parse_expression, tree
from shared.feel.values import NUMBERS, FeelError, Value
from shared.feel.values.text import at_literal, parse_date, parse_date_time, parse_duration, parse_time, to_text

_NUMBER: Final = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?", re.ASCII)
MAX_PARTS: Final = 1_000_000
"""The most parts of lists and contexts that `is` looks at."""
_MAX_NUMBER: Final = 10_000
_NO_LOW: Final = re.compile(r"\A(\s*[(\]]\s*)\.\.")
_NO_HIGH: Final = re.compile(r"\.\.(\s*[)\[]\s*)\Z")
_CONSTRUCTORS: Final = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


def _string(value: Value) -> Value:
    return to_text(value)


def _number(text: str, grouping: str | None = None, point: str | None = None) -> Value:
    if grouping not in {None, " ", ",", "."} or point not in {None, ",", "."}:
        raise FeelError("the grouping separator is a space, a comma or a point, the decimal one a comma or a point")
    if grouping is not None and grouping == point:
        raise FeelError("the two separators are the same")
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        plain = plain.translate({ord(","): ".", ord("."): ","})
    if len(plain) > _MAX_NUMBER or not _NUMBER.fullmatch(plain):
        raise FeelError(f'"{text[:64]}" is not a number')
    return NUMBERS.create_decimal(plain)


def _range(text: str) -> Value:
    """The range written in the text, its ends being literals, or constructors of a literal string.

    An end that is not included may be left out: `[2..)` is `>= 2`, and `(..2)` is `< 2`.
    """
    written, without_low = _NO_LOW.subn(r"\1null..", text)
    written, without_high = _NO_HIGH.subn(r"..null\1", written)
    try:
        node = parse_expression(written)
    except FeelSyntaxError:
        raise FeelError(f'"{text[:64]}" is not a range') from None
    if not isinstance(node, tree.Interval):
        raise FeelError(f'"{text[:64]}" is not a range')
    low, high = _end(node.low), _end(node.high)
    if low is None and high is None:
        raise FeelError("a range has one end at least")
    if without_low:
        return half_bounded("<=" if node.high_included else "<", high)
    if without_high:
        return half_bounded(">=" if node.low_included else ">", low)
    return interval(low, high, node.low_included, node.high_included)


def _end(node: tree.Node) -> Value:
    value: Value = None
    match node:
        case tree.NullLiteral():
            return None
        case tree.NumberLiteral(number):
            return number
        case tree.Negation(tree.NumberLiteral(number)):
            return negate(number)
        case tree.StringLiteral(text):
            return text
        case tree.AtLiteral(text):
            value = at_literal(text)
        case tree.Call(tree.Name(name), (tree.StringLiteral(text),), None) if name in _CONSTRUCTORS:
            value = _CONSTRUCTORS[name](text)
    if value is None:
        raise FeelError("an end of the range is not a literal")
    return value


def _is(left: Value, right: Value) -> Value:
    """Whether two values are the same in all their parts: equal times of different zones are not."""
    pairs = [(left, right)]
    seen = 0
    while pairs:
        one, other = pairs.pop()
        seen += 1
        if seen + len(pairs) > MAX_PARTS:
            raise FeelError(f"the values to compare have more than {MAX_PARTS:,} parts")
        if type(one) is not type(other):
            return False
        if isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs.extend((one[name], other[name]) for name in one)
        elif one != other:
            return False
    return True


def _separator(name: str) -> Parameter:
    return Parameter(name, STRING, optional=True, nullable=True)


def _compared(name: str) -> Parameter:
    return Parameter(name, ANY, nullable=True, null_by_name=True)


_FROM_TEXT = Parameter("from", STRING)

FUNCTIONS = (
    builtin("string", "string", form(_string, Parameter("from", ANY))),
    builtin(
        "number", "number", form(_number, _FROM_TEXT, _separator("grouping separator"), _separator("decimal separator"))
    ),
    builtin("range", "range<Any>", form(_range, _FROM_TEXT)),
    builtin("is", "boolean", form(_is, _compared("value1"), _compared("value2"))),
)
