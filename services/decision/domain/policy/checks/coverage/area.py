"""The inputs for which a row hits, as far as its cells say so by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.decision.domain.policy.bind import Rule
from services.decision.domain.policy.document import IF
from shared.facts import Fact, FactType
from shared.feel.typed import Ranges, Type, Typed, region
from shared.feel.typed.nodes import Constant
from shared.feel.typed.regions import meet
from shared.feel.values import NUMBERS
from shared.money import Money

Point = dict[str, int]


@dataclass(frozen=True, slots=True)
class Area:
    """A box: the set of values of each name that the row constrains.

    An `opaque` row has tests besides, which depend on more than their column: it hits somewhere in its box.
    """

    box: Mapping[str, Ranges]
    opaque: bool


@dataclass(slots=True)
class Regions:
    """The sets of cells, each worked out once."""

    types: Mapping[str, Type]
    known: dict[tuple[str, int], Ranges | None]

    def of(self, name: str, typed: Typed) -> Ranges | None:
        """Return the set of a cell, None when it depends on anything besides its column."""
        key = (name, id(typed))
        if key not in self.known:
            self.known[key] = region(typed, name, self.types[name])
        return self.known[key]

    def area(self, rule: Rule[Any]) -> Area:
        """Return the area of a row."""
        box: dict[str, Ranges] = {}
        opaque = False
        for test in rule.tests:
            if isinstance(test.typed, Constant) and test.typed.value is True:
                continue
            found = None if test.fact == IF else self.of(test.fact, test.typed)
            if found is None:
                opaque = True
            else:
                box[test.fact] = found
        return Area(box, opaque)


def common_point(one: Area, other: Area) -> Point | None:
    """Return a point that lies in both boxes, or None."""
    point: Point = {}
    for name in dict.fromkeys((*one.box, *other.box)):
        sets = [area.box[name] for area in (one, other) if name in area.box]
        shared = sets[0] if len(sets) == 1 else meet(sets[0], sets[1])
        if not shared:
            return None
        point[name] = example(shared)
    return point


def example(ranges: Ranges) -> int:
    """Return the value nearest to zero: the one that people find easiest to read."""
    return min((0 if low <= 0 <= high else min(low, high, key=abs) for low, high in ranges), key=abs)


def in_words(point: Point, facts: Mapping[str, Fact]) -> str:
    """Return a point as people write it: `grade "B", requested_amount 5,000.01 DEM`."""
    return ", ".join(f"{name} {value_in_words(key, facts[name])}" for name, key in point.items())


def value_in_words(key: int, fact: Fact) -> str:
    """Return one value of a fact, given as an integer, as people write it."""
    match fact.type:
        case FactType.ENUM:
            return f'"{fact.values[key]}"'
        case FactType.BOOLEAN:
            return "true" if key else "false"
        case FactType.DATE:
            return date.fromordinal(key).isoformat()
        case FactType.DECIMAL:
            return f"{Decimal(key).scaleb(-fact.scale, NUMBERS):f}"
        case FactType.MONEY:
            return str(Money(key, fact.currency or ""))
        case FactType.INTEGER:
            return str(key)
