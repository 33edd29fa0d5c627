"""One characteristic of the artefact and its bins: read, checked against the product's facts, made ready to score."""

import re
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any, Final

from services.scoring.domain.artefact import FARTHEST_SCORE
from services.scoring.domain.score import Failure, Reason, ScoredBin
from services.scoring.domain.scorecard.model import Bin, BinRole, Characteristic
from shared.facts import Fact, FactDictionary, FactType, FactValue, Source

BIN: Final = {
    "label": str,
    "role": str,
    "from?": (int, str),
    "below?": (int, str),
    "values?": [(str, int, bool)],
    "treat?": str,
    "reason_code?": str,
    "points": int,
    "woe?": str,
    "count": int,
    "bads": int,
    "bad_rate?": str,
}

CHARACTERISTIC: Final = {
    "fact": str,
    "reason_code": str,
    "reference_millipoints": int,
    "information_value?": str,
    "coefficient?": str,
    "outside?": {"minimum": (int, str), "maximum": (int, str), "treat": str},
    "bins": [BIN],
}

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,62}")
_NUMERIC: Final = frozenset({FactType.INTEGER, FactType.MONEY, FactType.DECIMAL})
_CATEGORICAL: Final = frozenset({FactType.ENUM, FactType.BOOLEAN})
_ROLES: Final = frozenset(BinRole)
_REFUSALS: Final = {BinRole.MISSING: Failure.CHARACTERISTIC_MISSING, BinRole.UNSEEN: Failure.UNSEEN_CATEGORY}
_REFUSE: Final = "refuse"
_SCORED: Final = "score"
_OUTSIDE: Final = (_SCORED, BinRole.MISSING, BinRole.UNSEEN)
_CONTEXT: Final = Context(prec=34)


class CharacteristicError(ValueError):
    """A characteristic that makes no sense; `place` is a JSON pointer below the characteristic."""

    def __init__(self, place: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.place, self.code, self.detail = place, code, detail


def parse_characteristic(
    entry: Mapping[str, Any], dictionary: FactDictionary, *, measured_reference: bool = True
) -> Characteristic:
    """Return the characteristic of an `entry` that has the shape `CHARACTERISTIC`.

    A `measured_reference` is a mean of points and lies between them; one that another tool stated may lie anywhere.
    Raises `CharacteristicError` at the first thing in it that makes no sense for the product's facts.
    """
    fact = _usable_fact(entry["fact"], dictionary)
    if _CODE.fullmatch(entry["reason_code"]) is None:
        raise CharacteristicError("/reason_code", "invalid_code", "must be upper snake case")
    _check_bins(fact, entry["bins"])
    bins = [_bin(item, entry) for item in entry["bins"]]
    points = [each.points * 1000 for each in bins]
    if abs(entry["reference_millipoints"]) > 1000 * FARTHEST_SCORE:
        raise CharacteristicError("/reference_millipoints", "invalid_reference", "is out of range")
    if measured_reference and not min(points) <= entry["reference_millipoints"] <= max(points):
        raise CharacteristicError("/reference_millipoints", "invalid_reference", "lies outside the points of the bins")
    by_role = {each.role: each for each in bins}
    edges: tuple[int | Decimal, ...] = ()
    intervals: tuple[Bin, ...] = ()
    if fact.type in _NUMERIC:
        regular = tuple(each for each in bins if each.role is BinRole.REGULAR)
        edges, intervals = _with_outside(fact, entry, _edges(fact, entry["bins"]), regular, by_role)
    elif "outside" in entry:
        raise CharacteristicError("/outside", "invalid_outside", "is for numbers only")
    return Characteristic(
        name=fact.name,
        bins=tuple(bins),
        by_value=_by_value(fact, entry["bins"], bins),
        edges=edges,
        intervals=intervals,
        missing=by_role[BinRole.MISSING],
        unseen=by_role[BinRole.UNSEEN],
    )


def _usable_fact(name: str, dictionary: FactDictionary) -> Fact:
    fact = dictionary.facts.get(name)
    if fact is None:
        raise CharacteristicError("/fact", "unknown_fact", "is not a fact of this product")
    if fact.protected:
        raise CharacteristicError("/fact", "protected_fact", "is a protected attribute and can't be scored")
    if fact.source is Source.SCORING:
        raise CharacteristicError("/fact", "not_an_input", "is not a fact of the application")
    if fact.type not in _NUMERIC | _CATEGORICAL:
        raise CharacteristicError("/fact", "wrong_type", "has a type that bins can't hold")
    return fact


def _bin(item: Mapping[str, Any], entry: Mapping[str, Any]) -> Bin:
    shortfall = entry["reference_millipoints"] - 1000 * item["points"]
    code = item.get("reason_code", entry["reason_code"])
    reason = Reason(code, entry["fact"], shortfall) if shortfall > 0 else None
    role = BinRole(item["role"])
    refusal = _REFUSALS[role] if "treat" in item else None
    return Bin(role, ScoredBin(entry["fact"], item["label"], item["points"]), reason, refusal)


def _check_bins(fact: Fact, items: Sequence[Mapping[str, Any]]) -> None:
    for index, item in enumerate(items):
        if item["role"] not in _ROLES:
            raise CharacteristicError(f"/bins/{index}/role", "unknown_role", "must be one of " + ", ".join(BinRole))
        unwanted = {"from", "below", "values"} & item.keys() - _holders(item["role"], fact)
        if unwanted:
            place = f"/bins/{index}/{sorted(unwanted)[0]}"
            raise CharacteristicError(place, "invalid_bin", "has no place in a bin of this role")
        if "treat" in item and (item["treat"] != _REFUSE or item["role"] not in _REFUSALS):
            detail = f"can only be {_REFUSE}, in the bin of missing or of unseen values"
            raise CharacteristicError(f"/bins/{index}/treat", "invalid_bin", detail)
        if "reason_code" in item and _CODE.fullmatch(item["reason_code"]) is None:
            raise CharacteristicError(f"/bins/{index}/reason_code", "invalid_code", "must be upper snake case")
        if abs(item["points"]) > FARTHEST_SCORE:
            raise CharacteristicError(f"/bins/{index}/points", "invalid_points", "are out of range")
        if not 0 <= item["bads"] <= item["count"]:
            raise CharacteristicError(f"/bins/{index}/bads", "invalid_bin", "must be between 0 and the count")
        if _holders(item["role"], fact) == {"values"} and not item.get("values"):
            raise CharacteristicError(f"/bins/{index}/values", "invalid_bin", "must list the values of this bin")
    roles = [item["role"] for item in items]
    for role in (BinRole.MISSING, BinRole.UNSEEN):
        if roles.count(role) != 1:
            raise CharacteristicError("/bins", "invalid_bins", f"must have exactly one {role} bin")
    if BinRole.REGULAR not in roles:
        raise CharacteristicError("/bins", "invalid_bins", "must have a regular bin")
    if len({item["label"] for item in items}) != len(items):
        raise CharacteristicError("/bins", "invalid_bins", "has a label that stands twice")


def _holders(role: str, fact: Fact) -> set[str]:
    """Return the keys by which a bin of `role` says what it holds."""
    if role in (BinRole.MISSING, BinRole.UNSEEN):
        return set()
    if role == BinRole.REGULAR and fact.type in _NUMERIC:
        return {"from", "below"}
    return {"values"}


def _by_value(fact: Fact, items: Sequence[Mapping[str, Any]], bins: Sequence[Bin]) -> dict[FactValue, Bin]:
    by_value: dict[FactValue, Bin] = {}
    for index, (item, target) in enumerate(zip(items, bins, strict=True)):
        for number, raw in enumerate(item.get("values", ())):
            place = f"/bins/{index}/values/{number}"
            value = _value(fact, raw, place)
            if value in by_value:
                raise CharacteristicError(place, "invalid_bins", "stands in two bins")
            by_value[value] = target
    return by_value


def _edges(fact: Fact, items: Sequence[Mapping[str, Any]]) -> tuple[int | Decimal, ...]:
    intervals = [(index, item) for index, item in enumerate(items) if item["role"] == BinRole.REGULAR]
    first, last = intervals[0], intervals[-1]
    if "from" in first[1]:
        raise CharacteristicError(f"/bins/{first[0]}/from", "gap", "leaves out the lowest numbers")
    if "below" in last[1]:
        raise CharacteristicError(f"/bins/{last[0]}/below", "gap", "leaves out the highest numbers")
    edges: list[int | Decimal] = []
    for (_, one), (index, two) in pairwise(intervals):
        place = f"/bins/{index}/from"
        if one.get("below") is None or one["below"] != two.get("from"):
            raise CharacteristicError(place, "gap", "must be where the bin before ends")
        edge = _value(fact, two["from"], place)
        if not isinstance(edge, int | Decimal) or (edges and edge <= edges[-1]):
            raise CharacteristicError(place, "gap", "must rise from bin to bin")
        edges.append(edge)
    return tuple(edges)


def _with_outside(
    fact: Fact,
    entry: Mapping[str, Any],
    edges: tuple[int | Decimal, ...],
    intervals: tuple[Bin, ...],
    by_role: Mapping[BinRole, Bin],
) -> tuple[tuple[int | Decimal, ...], tuple[Bin, ...]]:
    """Return edges and intervals with the bin that numbers beyond the trained range go to at both ends."""
    outside = entry.get("outside")
    if outside is None:
        return edges, intervals
    if outside["treat"] not in _OUTSIDE:
        raise CharacteristicError("/outside/treat", "invalid_outside", "must be one of " + ", ".join(_OUTSIDE))
    ends = [_value(fact, outside[key], f"/outside/{key}") for key in ("minimum", "maximum")]
    low, high = (Decimal(end) for end in ends if isinstance(end, int | Decimal))
    if not low <= high or (edges and not (low < edges[0] and edges[-1] <= high)):
        raise CharacteristicError("/outside", "invalid_outside", "must be a range that reaches into the end bins")
    if outside["treat"] == _SCORED:
        return edges, intervals
    other = by_role[BinRole(outside["treat"])]
    above = _CONTEXT.add(high, Decimal(1).scaleb(-fact.scale))
    first, last = (low, above) if fact.type is FactType.DECIMAL else (int(low), int(above))
    return (first, *edges, last), (other, *intervals, other)


def _value(fact: Fact, raw: object, place: str) -> FactValue:
    """Return the exact value of a bin's value or edge; money is a plain number of minor units here."""
    wire = {"amount_minor": raw, "currency": fact.currency} if fact.type is FactType.MONEY else raw
    try:
        return fact.parse(wire)
    except ValueError as error:
        raise CharacteristicError(place, "invalid_value", str(error)) from None
