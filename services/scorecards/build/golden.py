"""Golden vectors: made-up applications that visit every bin, and both sides of every edge."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from services.scoring.domain.scorecard import BinRole
from shared.facts import Fact, FactType
from shared.products import Product

_FAR: Final = 10**6
_NUMBERS: Final = frozenset({FactType.INTEGER, FactType.MONEY, FactType.DECIMAL})


def golden_facts(characteristics: Sequence[Mapping[str, Any]], product: Product) -> list[dict[str, object]]:
    """Return facts in wire form. Each vector takes another probe of every characteristic, a step apart from its
    neighbours, until all probes were used; then come the best, the worst and the empty application."""
    probes = {entry["fact"]: _probes(entry, product.dictionary.facts[entry["fact"]]) for entry in characteristics}
    longest = max(len(each) for each in probes.values())
    vectors = [
        {name: each[(turn + shift) % len(each)] for shift, (name, each) in enumerate(probes.items())}
        for turn in range(longest)
    ]
    facts = product.dictionary.facts
    vectors += [
        {entry["fact"]: _extreme(entry, facts[entry["fact"]], sign) for entry in characteristics} for sign in (1, -1)
    ]
    return [{name: value for name, value in vector.items() if value is not None} for vector in (*vectors, {})]


def _probes(entry: Mapping[str, Any], fact: Fact) -> list[object]:
    probes = [value for item in entry["bins"] for value in _values(item, fact, entry.get("outside"))]
    probes += _beyond(entry.get("outside"), fact)
    binned = {value for item in entry["bins"] for value in item.get("values", ())}
    untrained = [value for value in fact.values if value not in binned]
    return [*probes, *untrained, None]


def _extreme(entry: Mapping[str, Any], fact: Fact, sign: int) -> object:
    trained = [item for item in entry["bins"] if item["role"] in (BinRole.REGULAR, BinRole.SPECIAL)]
    return _values(max(trained, key=lambda item: sign * int(item["points"])), fact, entry.get("outside"))[0]


def _beyond(outside: Mapping[str, Any] | None, fact: Fact) -> list[object]:
    """Return wire values just beyond the trained range, as far as the fact can have them."""
    if outside is None:
        return []
    quantum = Decimal(1).scaleb(-fact.scale)
    near = [Decimal(outside["minimum"]) - quantum, Decimal(outside["maximum"]) + quantum]
    low, high = (Decimal("-Infinity") if fact.minimum is None else fact.minimum, fact.maximum)
    return [_wire(fact, each) for each in near if low <= each and (high is None or each <= high)]


def _values(item: Mapping[str, Any], fact: Fact, outside: Mapping[str, Any] | None) -> list[object]:
    """Return wire values that the bin holds: its listed values, or the numbers at its two ends."""
    if "values" in item:
        return [_wire(fact, Decimal(value)) if fact.type in _NUMBERS else value for value in item["values"]]
    if item["role"] != BinRole.REGULAR:
        return []
    quantum = Decimal(1).scaleb(-fact.scale)
    start = None if "from" not in item else Decimal(item["from"])
    end = None if "below" not in item else Decimal(item["below"]) - quantum
    lowest = fact.minimum if fact.minimum is not None else -_FAR
    highest = fact.maximum if fact.maximum is not None else _FAR * 100
    if outside is not None:
        lowest, highest = outside["minimum"], outside["maximum"]
    ends = [Decimal(lowest) if start is None else start, Decimal(highest) if end is None else end]
    return [_wire(fact, end) for end in dict.fromkeys(ends)]


def _wire(fact: Fact, number: Decimal) -> object:
    if fact.type is FactType.MONEY:
        return {"amount_minor": int(number), "currency": fact.currency}
    return format(number, "f") if fact.type is FactType.DECIMAL else int(number)
