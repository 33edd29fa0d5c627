"""Candidates that no scorecard should be built on: empty ones, identifiers, the outcome itself, and proxies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy

from services.scorecards.build.binning import Binned
from services.scorecards.build.ranking import area_under_curve
from services.scorecards.build.sample import Column, Groups, Sample
from services.scorecards.build.spec import BuildError, BuildSpec, Candidate, Force
from shared.facts import FactType

MAXIMUM_AREA: Final = 0.99
"""A single characteristic that tells goods from bads better than this knows the outcome."""

MINIMUM_OUTCOMES: Final = 20
"""Goods, and bads, that fitting needs at the very least."""

FEW_OUTCOMES: Final = 200
"""Bads below which bad rates by bin are loose: the artefact warns."""

_IDENTIFIER_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Association:
    """How strongly the bins of a candidate go with a protected attribute: Cramer's V, 0 to 1."""

    fact: str
    protected: str
    strength: float


def check_sample(sample: Sample, spec: BuildSpec) -> None:
    """Raise `BuildError` for too few outcomes, naming every candidate that is constant, empty or an identifier, or
    naming every one whose values tell goods from bads too well to have been known before.

    Candidates that the analyst left out are not looked at.
    """
    bads = int(sample.bads.sum())
    if min(bads, len(sample) - bads) < MINIMUM_OUTCOMES:
        words = f"{len(sample)} rows to fit on with {bads} bads; at least {MINIMUM_OUTCOMES} goods and"
        raise BuildError(f"too few rows: {words} {MINIMUM_OUTCOMES} bads are needed")
    columns = {each.fact: sample.columns[each.fact] for each in spec.candidates if each.force is not Force.OUT}
    faults = [f"{name} {fault}" for name, column in columns.items() if (fault := _fault_of(column))]
    if faults:
        raise BuildError("can't be characteristics: " + "; ".join(faults))
    _refuse_knowing({name: _area_of(column, sample.bads) for name, column in columns.items()})


def check_leakage(binned: Sequence[Binned], bads: Any) -> None:
    """Raise `BuildError` naming every candidate whose bins tell goods from bads too well to have been known before."""
    looked_at = [each for each in binned if each.candidate.force is not Force.OUT]
    _refuse_knowing({each.candidate.fact: area_under_curve(each.woes[each.places], bads) for each in looked_at})


def _refuse_knowing(areas: Mapping[str, float]) -> None:
    found = [f"{name} (AUC {area:.4f})" for name, area in areas.items() if area > MAXIMUM_AREA]
    if found:
        words = "; a fact that was known before the decision does not tell it so well"
        raise BuildError(f"knows the outcome: {', '.join(found)}{words}")


def _area_of(column: Column, bads: Any) -> float:
    """Return how well values tell goods from bads without bins, which would hide those that hold one outcome only."""
    if column.fact.type in (FactType.ENUM, FactType.BOOLEAN):
        values, places = numpy.unique(column.codes, return_inverse=True)
        rates = numpy.bincount(places, weights=bads, minlength=len(values)) / numpy.bincount(places)
        return area_under_curve(-rates[places], bads)
    codes = column.codes.astype(numpy.int64)
    last = numpy.where(column.missing, codes.max() + 1, codes)
    areas = [area_under_curve(codes, bads), area_under_curve(last, bads)]
    return max(*areas, *(1 - area for area in areas))


def associations(binned: Sequence[Binned], sample: Sample) -> list[Association]:
    """Return the association of each candidate with each protected attribute of the data, in their order."""
    return [
        Association(each.candidate.fact, name, cramers_v(each.places, groups))
        for each in binned
        for name, groups in sample.protected.items()
    ]


def check_proxies(found: Sequence[Association], candidates: Sequence[Candidate], spec: BuildSpec) -> None:
    """Raise `BuildError` naming every candidate that goes with a protected attribute too closely, unless justified."""
    limit = spec.proxies.maximum_association
    left = {each.fact for each in candidates if each.force is Force.OUT} | spec.proxies.justified.keys()
    close = [each for each in found if each.strength > limit and each.fact not in left]
    if close:
        pairs = ", ".join(f"{each.fact} for {each.protected} (Cramer's V {each.strength:.2f})" for each in close)
        raise BuildError(f"stands for a protected attribute: {pairs}; leave it out, or justify it under /proxies")


def cramers_v(places: Any, groups: Groups) -> float:
    """Return Cramer's V of bins and groups, corrected for chance; rows of an unknown group do not count.

    The correction is W. Bergsma's (Journal of the Korean Statistical Society 42(3), 2013).
    """
    known = groups.places >= 0
    bins, labels = places[known].astype(numpy.int64), groups.places[known].astype(numpy.int64)
    rows = len(bins)
    if rows < 2:
        return 0.0
    table = numpy.bincount(bins * len(groups.labels) + labels, minlength=(int(bins.max()) + 1) * len(groups.labels))
    table = table.reshape(-1, len(groups.labels))
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    high, wide = table.shape
    if min(high, wide) < 2:
        return 0.0
    expected = numpy.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    phi2 = float(((table - expected) ** 2 / expected).sum()) / rows
    phi2 = max(0.0, phi2 - (high - 1) * (wide - 1) / (rows - 1))
    room = min(high - (high - 1) ** 2 / (rows - 1), wide - (wide - 1) ** 2 / (rows - 1)) - 1
    return float(min(1.0, (phi2 / room) ** 0.5)) if room > 0 else 0.0


def _fault_of(column: Column) -> str | None:
    held = column.codes[~column.missing]
    if not len(held):
        return "is missing in every row"
    different = len(numpy.unique(held))
    if different == 1 and len(held) == len(column.codes):
        return "has the same value in every row"
    numbered = column.fact.type in (FactType.INTEGER, FactType.MONEY) and bool((numpy.diff(held) > 0).all())
    counted = column.fact.type in (FactType.INTEGER, FactType.ENUM) and different == len(held)
    if len(held) >= _IDENTIFIER_ROWS and (numbered or counted):
        return "has another value in every row, as an identifier has"
    return None
