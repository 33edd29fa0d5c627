"""FEEL around an expression of the policy: what a policy does by itself, a model has to say, and reading takes off."""

from dataclasses import dataclass
from typing import Final

from services.policies.interchange.vocabulary import ROUND_DOWN_TO
from shared.feel.syntax import FeelSyntaxError, parse_expression
from shared.feel.syntax.tree import Negation, NumberLiteral

HALF_UP: Final = "round half up"
"""DMN 1.5, 10.3.4.5: to a number of decimals, halves away from zero."""

DOWN: Final = "round down"
"""DMN 1.5, 10.3.4.5: to a number of decimals, towards zero."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The text before an expression and the text behind it."""

    head: str
    tail: str

    def around(self, text: str) -> str:
        """Return the expression with this around it."""
        return f"{self.head}{text}{self._end(text)}{self.tail}"

    def within(self, text: str) -> str | None:
        """Return the expression that `around` was given, None where the text is something else."""
        tail = f"{self._end(text)}{self.tail}"
        if not (text.startswith(self.head) and text.endswith(tail)):
            return None
        inner = text[len(self.head) : -len(tail)]
        # `f(a) + f(b)` begins and ends like `f(x)`, but what is between is no expression.
        return inner if _parses(inner) else None

    def _end(self, text: str) -> str:
        """A comment would go on to the end of the line, and take what follows with it."""
        return "\n" if "//" in text else ""


MULTIPLE: Final = Wrapping("floor((", f") / {ROUND_DOWN_TO}) * {ROUND_DOWN_TO}")
"""A limit as a multiple of what it is rounded down to."""


def rounding(scale: int, function: str = HALF_UP) -> Wrapping:
    """Return what rounds an expression to a number of decimals."""
    return Wrapping(f"{function}(", f", {scale})")


def rounded(text: str, scale: int, function: str = HALF_UP) -> str:
    """Return the expression, rounded unless it is a number that has no more decimals anyway."""
    return rounding(scale, function).around(text) if _has_decimals(text, scale) else text


def unrounded(text: str, scale: int, function: str = HALF_UP) -> str:
    """Return the expression that `rounded` was given; one that does not round like this as it is."""
    inner = rounding(scale, function).within(text)
    return text if inner is None else inner


def only_for(outcome: str, prevailing: str) -> Wrapping:
    """Return what makes an expression null unless an outcome prevails, before anything in it can go wrong."""
    return Wrapping(f'if {prevailing} = "{outcome}" then ', " else null")


def _has_decimals(text: str, scale: int) -> bool:
    """Tell whether an expression can have more decimals than `scale`: a number that has not, cannot."""
    try:
        node = parse_expression(text)
    except FeelSyntaxError:
        return True
    if isinstance(node, Negation):
        node = node.operand
    return not isinstance(node, NumberLiteral) or -int(node.value.as_tuple().exponent) > scale


def _parses(text: str) -> bool:
    try:
        parse_expression(text)
    except FeelSyntaxError:
        return False
    return True
