"""Scorecards and applications by chance: shared reason codes, equal shortfalls, special numbers, any number of bins,
grades, ranges of training, and values that leave no score."""

import random
from decimal import Decimal
from itertools import pairwise
from typing import Any

from services.scoring.domain.scorecard import Scorecard
from services.scoring.domain.scorecard.artefact import assemble_scorecard
from shared.facts import FactType, FactValue
from shared.products import parse_product
from tests.scoring.domain.small import characteristic, small_document

PRODUCT = parse_product(
    {
        "name": "small-loan",
        "title": "Small loan",
        "currency": "EUR",
        "facts": {
            "requested_amount": {"type": "money"},
            "months": {"type": "integer", "minimum": -9, "maximum": 400},
            "ratio": {"type": "decimal", "scale": 4},
            "share": {"type": "decimal", "scale": 12},
            "purpose": {"type": "enum", "values": ["car", "o'hare", 'b"oat', "holiday"]},
            "owner": {"type": "boolean"},
            "housing": {"type": "enum", "values": ["own", "rent", "other"]},
        },
    }
)
_EDGES: dict[str, list[Any]] = {
    "requested_amount": [-5, 0, 100_000, 100_001, 2**52],
    "months": [-1, 0, 12, 24, 36],
    "ratio": ["-0.0001", "0.0000", "0.3500", "0.3501", "99999999999.0000"],
    "share": ["0.000000000001", "0.500000000000", "1.000000000000"],
}
_SPECIAL: dict[str, list[Any]] = {"requested_amount": [7], "months": [-9, -8], "ratio": ["9.9999"], "share": ["0.25"]}
_NUMERIC = tuple(_EDGES)


def scorecard(dice: random.Random) -> Scorecard:
    """Return a scorecard over some of the facts, in any order."""
    names = dice.sample(list(PRODUCT.dictionary.facts), dice.randint(1, len(PRODUCT.dictionary.facts)))
    document = small_document()
    document["characteristics"] = [_characteristic(name, dice) for name in names]
    document["reasons"] = {**document["reasons"], "limit": dice.choice((1, 2, 4, 10))}
    if dice.random() < 0.7:
        cuts = sorted(dice.sample(range(-50, 300), dice.randint(0, 4)), reverse=True)
        document["grades"] = [
            _band(place, low, high) for place, (high, low) in enumerate(pairwise([None, *cuts, None]))
        ]
    return assemble_scorecard(document, PRODUCT)


def _band(place: int, low: int | None, high: int | None) -> dict[str, Any]:
    ends = {"from": low, "below": high}
    return {"grade": f"grade '{place}'", **{key: end for key, end in ends.items() if end is not None}}


def _characteristic(name: str, dice: random.Random) -> dict[str, Any]:
    regular = _regular(name, dice)
    others = [{"label": role, "role": role} for role in ("missing", "unseen")]
    bins = [*regular, *(each | ({"treat": "refuse"} if dice.random() < 0.08 else {}) for each in others)]
    if name in _NUMERIC and dice.random() < 0.5:
        bins.append({"label": "special", "role": "special", "values": _SPECIAL[name]})
    if name not in _NUMERIC:
        dice.shuffle(bins)
    bins = [{**each, "points": dice.choice((-20, 0, 10, 10, 40, 95)), "count": 0, "bads": 0} for each in bins]
    if dice.random() < 0.3:
        bins = [
            each | ({"reason_code": dice.choice(("FIRST", "OTHER"))} if dice.random() < 0.5 else {}) for each in bins
        ]
    points = [each["points"] * 1000 for each in bins]
    reference = dice.choice((min(points), max(points), dice.randint(min(points), max(points))))
    made = characteristic(name, dice.choice(("FIRST", "SECOND", "THIRD", "FOURTH")), reference, bins)
    if name in _NUMERIC and dice.random() < 0.5:
        made["outside"] = _outside(name, [each["from"] for each in regular if "from" in each], dice)
    return made


def _outside(name: str, edges: list[Any], dice: random.Random) -> dict[str, Any]:
    """Return a range that begins below the first edge and ends at the last or above it."""
    low, high = (edges[0], edges[-1]) if edges else (_EDGES[name][0], _EDGES[name][0])
    minimum = dice.choice([low, *(each for each in _EDGES[name] if Decimal(each) < Decimal(low))])
    if edges and minimum == low:
        minimum = _stepped(name, low, -1)
    maximum = dice.choice([high, *(each for each in _EDGES[name] if Decimal(each) > Decimal(high))])
    return {"minimum": minimum, "maximum": maximum, "treat": dice.choice(("score", "missing", "unseen"))}


def _stepped(name: str, edge: Any, steps: int) -> Any:
    fact = PRODUCT.dictionary.facts[name]
    near = Decimal(edge) + steps * Decimal(1).scaleb(-fact.scale)
    return format(near, "f") if fact.type is FactType.DECIMAL else max(int(near), -9)


def _regular(name: str, dice: random.Random) -> list[dict[str, Any]]:
    if name in _NUMERIC:
        edges = sorted(dice.sample(_EDGES[name], dice.randint(0, 3)), key=Decimal)
        bounds = [None, *edges, None]
        return [
            {
                "label": f"{at}",
                "role": "regular",
                **({} if low is None else {"from": low}),
                **({} if high is None else {"below": high}),
            }
            for at, (low, high) in enumerate(pairwise(bounds))
        ]
    values = [True, False] if name == "owner" else list(PRODUCT.dictionary.facts[name].values)
    kept = dice.sample(values, dice.randint(1, len(values)))
    return [{"label": f"{at}", "role": "regular", "values": [value]} for at, value in enumerate(kept)]


def applications(dice: random.Random, count: int) -> list[dict[str, FactValue]]:
    """Return applications with facts at and beside the edges of bins, special values, and missing ones."""
    made = []
    for _ in range(count):
        facts = {name: _value(name, dice) for name in PRODUCT.dictionary.facts if dice.random() > 0.15}
        made.append(facts)
    return made


def _value(name: str, dice: random.Random) -> FactValue:
    fact = PRODUCT.dictionary.facts[name]
    if fact.type is FactType.ENUM:
        return dice.choice(fact.values)
    if fact.type is FactType.BOOLEAN:
        return dice.random() < 0.5
    near = Decimal(dice.choice([*_EDGES[name], *_SPECIAL[name]])) + dice.choice((-1, 0, 1)) * Decimal(1).scaleb(
        -fact.scale
    )
    if fact.type is FactType.DECIMAL:
        return fact.parse(format(min(near, Decimal(10**11)), "f"))
    return min(max(int(near), -9), 400) if name == "months" else int(near)
