"""The monitoring plan: what is watched of each product's models, over which windows, and how much is too much."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final, NoReturn

from services.scoring.domain.monitoring.outcome import MAX_WINDOW_MONTHS, BadDefinition

_MOST_DAYS: Final = 3_653
_MOST_GROUPS: Final = 20
_NINETY_DAYS_IN_A_YEAR: Final = BadDefinition("90+ dpd", 12)


class PlanError(ValueError):
    """A monitoring plan that can't be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where a figure is to be watched, and from where somebody has to act; the second is the farther one."""

    watch: Decimal
    act: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """What is watched of the models of one product.

    - `outcome` names the definition of bad that performance is measured by.
    - `population_days` and `performance_days` are how far back scheduled reports look: for what is known at once, and
      for what takes a performance window to be known.
    - `psi` and `csi` apply to index values that also exceed the 99 % critical value of their sample sizes, of 100
      applications or more;
      `auc_drop` to the AUC that validation promised less the one observed, if the whole 95 % interval lies below;
      `calibration` to the distance of observed from expected bads, as a share of the expected, if p < 0.01;
      `failure_share` and `unseen_share` to shares of applications; `impact_ratio` to adverse impact ratios, from above,
      if p < 0.05.
    - `release` is how near a figure may stay to its threshold, as a share of the way to it, before its alarm ends.
    - `cutoff` is the score from which on applications pass, where there is one; it tells overrides.
    - `segments` are facts by which performance is told; `edges` parts numeric ones and protected facts into groups;
      `references` names the group that the others of a protected fact are compared with, else the most approved one.
    """

    outcome: BadDefinition = _NINETY_DAYS_IN_A_YEAR
    population_days: int = 30
    performance_days: int = 1_095
    psi: Thresholds = Thresholds(Decimal("0.10"), Decimal("0.25"))
    csi: Thresholds = Thresholds(Decimal("0.10"), Decimal("0.25"))
    auc_drop: Thresholds = Thresholds(Decimal("0.03"), Decimal("0.05"))
    calibration: Thresholds = Thresholds(Decimal("0.20"), Decimal("0.50"))
    failure_share: Thresholds = Thresholds(Decimal("0.01"), Decimal("0.05"))
    unseen_share: Thresholds = Thresholds(Decimal("0.01"), Decimal("0.05"))
    impact_ratio: Thresholds = Thresholds(Decimal("0.90"), Decimal("0.80"))
    release: Decimal = Decimal("0.8")
    cutoff: int | None = None
    segments: tuple[str, ...] = ()
    edges: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plans:
    """The plan of every product: its own, or the one of all others."""

    default: Plan = field(default_factory=Plan)
    products: Mapping[str, Plan] = field(default_factory=dict)

    def of(self, product: str) -> Plan:
        """Return the plan of a product."""
        return self.products.get(product, self.default)


_FALLING: Final = frozenset({"impact_ratio"})
"""Thresholds of figures that are the worse the lower they are."""


def parse_plans(document: object) -> Plans:
    """Return the plans of a document: `default` and `products`, whose entries begin from the default one.

    Raises `PlanError` with the place of the first fault; nothing unknown is passed over.
    """
    entries = _mapping(document, "/", ("default", "products"))
    default = _plan(entries.get("default", {}), "/default", Plan())
    products = _mapping(entries.get("products", {}), "/products", None)
    return Plans(default, {name: _plan(entry, f"/products/{name}", default) for name, entry in products.items()})


def _plan(document: object, place: str, start: Plan) -> Plan:
    entries = _mapping(document, place, tuple(each.name for each in fields(Plan)))
    return replace(
        start, **{key: _READERS.get(key, _thresholds)(f"{place}/{key}", entry) for key, entry in entries.items()}
    )


def _outcome(place: str, entry: object) -> BadDefinition:
    entries = _mapping(entry, place, ("definition", "window_months"))
    name = entries.get("definition")
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        _refuse(f"{place}/definition", "must be a text")
    return BadDefinition(name, _integer(f"{place}/window_months", entries.get("window_months"), 1, MAX_WINDOW_MONTHS))


def _thresholds(place: str, entry: object) -> Thresholds:
    entries = _mapping(entry, place, ("watch", "act"))
    found = Thresholds(*(_decimal(f"{place}/{key}", entries.get(key)) for key in ("watch", "act")))
    falls = place.rpartition("/")[2] in _FALLING
    if (found.watch > found.act) is not falls and found.watch != found.act:
        _refuse(place, "act must be farther than watch")
    return found


def _decimal(place: str, entry: object) -> Decimal:
    if not isinstance(entry, str):
        _refuse(place, "must be a decimal written as a text")
    try:
        value = Decimal(entry)
    except InvalidOperation:
        _refuse(place, "must be a decimal written as a text")
    if not value.is_finite() or not 0 < value <= 10:
        _refuse(place, "must be above 0 and at most 10")
    return value


def _release(place: str, entry: object) -> Decimal:
    value = _decimal(place, entry)
    if value > 1:
        _refuse(place, "must be at most 1")
    return value


def _integer(place: str, entry: object, least: int, most: int) -> int:
    if type(entry) is not int or not least <= entry <= most:
        _refuse(place, f"must be an integer from {least} to {most}")
    return entry


def _names(place: str, entry: object) -> tuple[str, ...]:
    if not isinstance(entry, list) or len(entry) > _MOST_GROUPS or not all(isinstance(name, str) for name in entry):
        _refuse(place, f"must be a list of up to {_MOST_GROUPS} names")
    return tuple(entry)


def _edges(place: str, entry: object) -> Mapping[str, tuple[int, ...]]:
    found = {}
    for name, edges in _mapping(entry, place, None).items():
        if not isinstance(edges, list) or not 0 < len(edges) <= _MOST_GROUPS:
            _refuse(f"{place}/{name}", f"must be a list of up to {_MOST_GROUPS} integers")
        values = tuple(_integer(f"{place}/{name}", edge, -(10**15), 10**15) for edge in edges)
        if any(one >= two for one, two in pairwise(values)):
            _refuse(f"{place}/{name}", "must rise")
        found[name] = values
    return found


def _references(place: str, entry: object) -> Mapping[str, str]:
    found = _mapping(entry, place, None)
    for name, group in found.items():
        if not isinstance(group, str):
            _refuse(f"{place}/{name}", "must be a text")
    return {name: str(group) for name, group in found.items()}


_READERS: Final[Mapping[str, Any]] = {
    "outcome": _outcome,
    "population_days": lambda place, entry: _integer(place, entry, 1, _MOST_DAYS),
    "performance_days": lambda place, entry: _integer(place, entry, 1, _MOST_DAYS),
    "release": _release,
    "cutoff": lambda place, entry: None if entry is None else _integer(place, entry, -10_000, 10_000),
    "segments": _names,
    "edges": _edges,
    "references": _references,
}


def _mapping(entry: object, place: str, keys: tuple[str, ...] | None) -> Mapping[str, Any]:
    if not isinstance(entry, Mapping) or not all(isinstance(key, str) for key in entry):
        _refuse(place, "must be a mapping")
    unknown = sorted(set(entry) - set(keys)) if keys is not None else []
    if unknown:
        _refuse(f"{place.rstrip('/')}/{unknown[0]}", "is not known here")
    return entry


def _refuse(place: str, why: str) -> NoReturn:
    raise PlanError(f"{place}: {why}")
