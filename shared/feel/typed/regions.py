"""The set of values of a column for which a cell holds, as integers that keep the order of the values.

Positions in an enumeration, 0 and 1 for false and true, minor units, decimals times ten to the power of their scale,
ordinals of days.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from typing import Any, Final

from shared.feel.typed.nodes import (
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Membership,
    Not,
    Typed,
    Variable,
    Within,
)
from shared.feel.typed.types import Kind, Type
from shared.feel.values import NUMBERS
from shared.money import MAX_MINOR

Ranges = tuple[tuple[int, int], ...]
"""Sorted, disjoint, not adjacent, both ends included; empty when nothing is in the set."""

DECIMAL_DIGITS: Final = 12
"""Digits before the point of the largest decimal that a fact can have: a share of any amount still has 34 digits."""


class _Opaque(Exception):
    """Not a test of the column against literals."""


def domain(of: Type) -> Ranges:
    """Return all values of a name of this type: integer, money, decimal with a scale, enum, boolean or date."""
    match of.kind:
        case Kind.TEXT:
            return ((0, len(of.values) - 1),)
        case Kind.BOOLEAN:
            return ((0, 1),)
        case Kind.DATE:
            return ((date.min.toordinal(), date.max.toordinal()),)
        case Kind.DECIMAL:
            bound = 10 ** (DECIMAL_DIGITS + (of.scale or 0))
            return ((-bound, bound),)
        case _:
            low = -MAX_MINOR if of.minimum is None else of.minimum
            return ((low, MAX_MINOR if of.maximum is None else of.maximum),)


def region(typed: Typed, column: str, of: Type) -> Ranges | None:
    """Return the values of `column`, a name of type `of`, for which the cell `typed` holds.

    None when the cell reads anything else, asks for missing, or is otherwise not a test of the column against literals.
    """
    whole = domain(of)
    try:
        return _Region(column, of, whole).where(typed)
    except _Opaque:
        return None


class _Region:
    def __init__(self, column: str, of: Type, whole: Ranges) -> None:
        self.column = column
        self.type = of
        self.whole = whole

    def where(self, typed: Typed) -> Ranges:
        """Return the keys for which `typed` holds; raises `_Opaque`."""
        match typed:
            case Not(operand):
                found = minus(self.whole, self.where(operand))
            case Conjunction(operands):
                found = reduce(meet, map(self.where, operands))
            case Disjunction(operands):
                found = union(piece for operand in operands for piece in self.where(operand))
            case _:
                found = self._tested(typed)
        return found

    def _tested(self, typed: Typed) -> Ranges:
        match typed:
            case Constant(value=bool(always)):
                found = self.whole if always else ()
            case Variable(name=self.column) if self.type.kind is Kind.BOOLEAN:
                found = ((1, 1),)
            case Comparison(operator, Variable(name=self.column), Constant(value=literal)):
                found = self._compared(operator, literal)
            case Within(Variable(name=self.column), Constant(value=low), Constant(value=high)):
                at_least = self._compared(">=" if typed.low_included else ">", low)
                found = meet(at_least, self._compared("<=" if typed.high_included else "<", high))
            case Membership(Variable(name=self.column), members):
                found = union(piece for literal in members for piece in self._compared("=", literal))
            case _:
                raise _Opaque
        return found

    def _compared(self, operator: str, literal: Any) -> Ranges:
        low, high = self.whole[0]
        floor, ceiling = self._keys(literal)
        match operator:
            case "=":
                pieces = ((floor, ceiling),)
            case "!=":
                return minus(self.whole, self._compared("=", literal))
            case "<":
                pieces = ((low, ceiling - 1),)
            case "<=":
                pieces = ((low, floor),)
            case ">":
                pieces = ((floor + 1, high),)
            case _:
                pieces = ((ceiling, high),)
        return meet(self.whole, tuple(piece for piece in pieces if piece[0] <= piece[1]))

    def _keys(self, literal: Any) -> tuple[int, int]:
        """Return the largest key not above a literal, and the smallest not below it: the same but between two keys."""
        if isinstance(literal, date):
            return literal.toordinal(), literal.toordinal()
        if isinstance(literal, str):
            if literal not in self.type.values:
                raise _Opaque
            return self.type.values.index(literal), self.type.values.index(literal)
        if not isinstance(literal, int | Decimal):
            raise _Opaque
        low, high = self.whole[0]
        places = self.type.scale or 0 if self.type.kind is Kind.DECIMAL else 0
        # Beyond the domain, one step says as much as a million; and the number may have thousands of digits.
        number = min(max(Decimal(literal), Decimal(low - 1).scaleb(-places)), Decimal(high + 1).scaleb(-places))
        key = NUMBERS.scaleb(number, places)
        return int(key.to_integral_value(ROUND_FLOOR)), int(key.to_integral_value(ROUND_CEILING))


def meet(one: Ranges, other: Ranges) -> Ranges:
    """Return what lies in both sets."""
    pieces = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return union((low, high) for low, high in pieces if low <= high)


def minus(whole: Ranges, removed: Ranges) -> Ranges:
    """Return what lies in `whole` and not in `removed`."""
    pieces = []
    for low, high in whole:
        start = low
        for cut_low, cut_high in meet(((low, high),), removed):
            if start < cut_low:
                pieces.append((start, cut_low - 1))
            start = cut_high + 1
        if start <= high:
            pieces.append((start, high))
    return tuple(pieces)


def union(pieces: Iterable[tuple[int, int]]) -> Ranges:
    """Return the values that lie in any of `pieces`."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pieces):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
