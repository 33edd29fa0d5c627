"""Coverage of a table: impossible cells, overlaps, rows that are never reached, inputs that no row matches.

Every cell becomes a set of integers (minor units, scaled decimals, days, positions in an enumeration), kept as sorted
disjoint closed ranges; a row is a box of such sets. What is found is shown by a concrete example.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.policy.document import Row
from services.decision.domain.policy.sfeel import ARITHMETIC, AnyOf, Interval, SimpleTest
from shared.facts import Fact, FactType
from shared.money import MAX_MINOR, Money

MAX_STEPS: Final = 50_000
"""Pieces of space looked at before a search for a gap gives up; a table so intricate needs a default row."""

Ranges = tuple[tuple[int, int], ...]
Box = Mapping[str, Ranges]
Point = dict[str, int]


class TooIntricate(Exception):
    """The search for a gap gave up."""


def domain(fact: Fact) -> Ranges:
    """Return all values that a fact can have, as integers."""
    if fact.type is FactType.ENUM:
        return ((0, len(fact.values) - 1),)
    if fact.type is FactType.BOOLEAN:
        return ((0, 1),)
    if fact.type is FactType.DATE:
        return ((date.min.toordinal(), date.max.toordinal()),)
    if fact.type is FactType.DECIMAL:
        return ((-(10 ** (18 + fact.scale)), 10 ** (18 + fact.scale)),)
    low = -MAX_MINOR if fact.minimum is None else fact.minimum
    return ((low, MAX_MINOR if fact.maximum is None else fact.maximum),)


def box(row: Row[Any], facts: Mapping[str, Fact]) -> dict[str, Ranges]:
    """Return the set of each fact that the row constrains; an empty set where a cell can never hold."""
    sets: dict[str, Ranges] = {}
    for condition in row.conditions:
        if isinstance(condition.test, AnyOf):
            fact = facts[condition.fact]
            sets[fact.name] = _ranges(condition.test, fact)
    return sets


def common_point(one: Box, other: Box) -> Point | None:
    """Return a point that lies in both boxes, or None."""
    point: Point = {}
    for name in dict.fromkeys((*one, *other)):
        shared = one[name] if name not in other else other[name] if name not in one else _meet(one[name], other[name])
        if not shared:
            return None
        point[name] = _example(shared)
    return point


def contains(outer: Box, inner: Box) -> bool:
    """Tell whether every point of `inner` lies in `outer`."""
    return all(name in inner and _meet(inner[name], ranges) == inner[name] for name, ranges in outer.items())


def find_gap(space: Box, boxes: Sequence[Box], steps: int = MAX_STEPS) -> Point | None:
    """Return a point of `space` that lies in none of `boxes`, or None; raises `TooIntricate` after `steps` steps.

    `space` has a set for every name that a box uses.
    """
    return _Search(space, boxes, steps).gap(0, frozenset(range(len(boxes))))


def in_words(point: Point, facts: Mapping[str, Fact]) -> str:
    """Return a point as people write it: `grade "B", requested_amount 5,000.01 DEM`."""
    return ", ".join(f"{name} {_value_in_words(key, facts[name])}" for name, key in point.items())


@dataclass
class _Search:
    """Splits the space along one name after the other wherever some box begins or ends."""

    space: Box
    boxes: Sequence[Box]
    steps: int

    def __post_init__(self) -> None:
        self.names = list(self.space)
        self.covered: set[tuple[int, frozenset[int]]] = set()
        last = {name: depth for depth, name in enumerate(self.names)}
        self.settled_at = [max((last[name] + 1 for name in box), default=0) for box in self.boxes]

    def gap(self, depth: int, alive: frozenset[int]) -> Point | None:
        self.steps -= 1
        if self.steps < 0:
            raise TooIntricate
        if any(self.settled_at[row] <= depth for row in alive) or (depth, alive) in self.covered:
            return None
        if not alive:
            return {name: _example(self.space[name]) for name in self.names[depth:]}
        name = self.names[depth]
        sets = {row: self.boxes[row].get(name) for row in alive}
        for low, high in self._pieces(name, [ranges for ranges in sets.values() if ranges is not None]):
            inside = frozenset(row for row, ranges in sets.items() if ranges is None or _holds(ranges, low))
            rest = self.gap(depth + 1, inside)
            if rest is not None:
                return {name: _example(((low, high),)), **rest}
        self.covered.add((depth, alive))
        return None

    def _pieces(self, name: str, sets: Sequence[Ranges]) -> list[tuple[int, int]]:
        starts = sorted({edge for ranges in sets for low, high in ranges for edge in (low, high + 1)})
        pieces = []
        for low, high in self.space[name]:
            edges = [low, *(edge for edge in starts if low < edge <= high), high + 1]
            pieces += [(edges[at], edges[at + 1] - 1) for at in range(len(edges) - 1)]
        return pieces


def _holds(ranges: Ranges, key: int) -> bool:
    return any(low <= key <= high for low, high in ranges)


def _ranges(test: AnyOf, fact: Fact) -> Ranges:
    whole = domain(fact)
    union = _union([piece for part in test.tests for piece in _simple(part, fact, whole)])
    return _minus(whole, union) if test.negated else union


def _simple(test: SimpleTest, fact: Fact, whole: Ranges) -> Ranges:
    low, high = whole[0]
    if isinstance(test, Interval):
        start = key(test.low, fact) + (0 if test.low_included else 1)
        end = key(test.high, fact) - (0 if test.high_included else 1)
        return _meet(whole, ((start, end),)) if start <= end else ()
    at = key(test.value, fact)
    if test.operator == "!=":
        return _minus(whole, ((at, at),))
    start, end = {
        "=": (at, at),
        "<": (low, at - 1),
        "<=": (low, at),
        ">": (at + 1, high),
        ">=": (at, high),
    }[test.operator]
    return _meet(whole, ((start, end),)) if start <= end else ()


def key(value: object, fact: Fact) -> int:
    """Return a value of `fact` as an integer that keeps the order of the values."""
    if isinstance(value, Decimal):
        return int(value.scaleb(fact.scale, ARITHMETIC))
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, str):
        return fact.values.index(value)
    assert isinstance(value, int)
    return int(value)


def _value_in_words(at: int, fact: Fact) -> str:
    if fact.type is FactType.ENUM:
        return f'"{fact.values[at]}"'
    if fact.type is FactType.BOOLEAN:
        return "true" if at else "false"
    if fact.type is FactType.DATE:
        return date.fromordinal(at).isoformat()
    if fact.type is FactType.DECIMAL:
        return f"{Decimal(at).scaleb(-fact.scale, ARITHMETIC):f}"
    return str(Money(at, fact.currency)) if fact.currency is not None else str(at)


def _example(ranges: Ranges) -> int:
    """Return the value nearest to zero: the one that people find easiest to read."""
    return min((0 if low <= 0 <= high else min(low, high, key=abs) for low, high in ranges), key=abs)


def _meet(one: Ranges, other: Ranges) -> Ranges:
    pieces = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return _union([(low, high) for low, high in pieces if low <= high])


def _minus(whole: Ranges, removed: Ranges) -> Ranges:
    pieces = []
    for low, high in whole:
        start = low
        for cut_low, cut_high in _meet(((low, high),), removed):
            if start < cut_low:
                pieces.append((start, cut_low - 1))
            start = cut_high + 1
        if start <= high:
            pieces.append((start, high))
    return tuple(pieces)


def _union(pieces: Sequence[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pieces):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
