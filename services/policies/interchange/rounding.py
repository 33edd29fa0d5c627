"""Bringing values to their declared type: what a policy does by itself, a model says in FEEL around the expression."""

import re
from typing import Final

from shared.feel.syntax import FeelSyntaxError, parse_expression
from shared.feel.syntax.tree import Call, Name, Node, NumberLiteral

HALF_UP: Final = "round half up"
"""DMN 1.5, 10.3.4.5: to a number of decimals, halves away from zero."""

DOWN: Final = "round down"
"""DMN 1.5, 10.3.4.5: to a number of decimals, towards zero."""

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")


def rounded(text: str, scale: int, function: str = HALF_UP) -> str:
    """Return the FEEL expression `text`, rounded unless it is a number that has no more decimals anyway."""
    literal = _NUMBER.fullmatch(text)
    if literal is not None and len(literal[1] or "") <= scale:
        return text
    return f"{function}({text}{_end_of_comment(text)}, {scale})"


def unrounded(text: str, scale: int, function: str = HALF_UP) -> str:
    """Return the FEEL expression that `rounded` was given; a text that does not round like this as it is."""
    head, tail = f"{function}(", f"{_end_of_comment(text)}, {scale})"
    if not (text.startswith(head) and text.endswith(tail)):
        return text
    inner = text[len(head) : -len(tail)]
    try:
        # `round(a, 2) + round(b, 2)` begins and ends in the same way.
        parse_expression(inner)
        whole = parse_expression(text)
    except FeelSyntaxError:
        return text
    return inner if _rounds(whole, function) else text


def _end_of_comment(text: str) -> str:
    """A comment would go on to the end of the line, and the rest of the call with it."""
    return "\n" if "//" in text else ""


def _rounds(node: Node, function: str) -> bool:
    return (
        isinstance(node, Call)
        and node.function == Name(function)
        and len(node.arguments) == 2
        and isinstance(node.arguments[1], NumberLiteral)
    )
