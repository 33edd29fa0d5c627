"""Optimal binning of one characteristic (G. Navas-Palencia, "Optimal binning", arXiv 2001.08025, 2020).

The binning itself is optbinning's, which is imported only when a scorecard is built; counts, weights of evidence and
labels are ours, from the bins as they are written to the artefact. So a missing, special or unseen value means the
same in fitting, in points and in production: the bin that the artefact names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import log
from typing import Any

import numpy

from services.scorecards.build.optimal import optimal_bins
from services.scorecards.build.sample import Column
from services.scorecards.build.spec import BuildSpec, Candidate
from services.scoring.domain.scorecard import BinRole
from shared.facts import Fact, FactType
from shared.money import exponent

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Holder:
    """What a bin holds: numbers from (included) and below (not included), or listed values, or nothing yet."""

    role: BinRole
    label: str
    start: Number | None = None
    end: Number | None = None
    values: tuple[str | bool | int | Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class CountedBin:
    """A bin with the goods and bads that fell into it and its weight of evidence, None without a single row.

    Weight of evidence is ln(share of all goods / share of all bads): above zero is better than average.
    """

    holder: Holder
    goods: int
    bads: int
    woe: float | None

    @property
    def count(self) -> int:
        """Rows that fell into the bin."""
        return self.goods + self.bads


@dataclass(frozen=True, slots=True)
class Outside:
    """The least and the greatest number trained on, as they stand in the column, and the role of the bin that numbers
    beyond them go to; REGULAR is the end bins."""

    minimum: int
    maximum: int
    role: BinRole


@dataclass(frozen=True, slots=True)
class Binned:
    """A candidate with its bins, and the place among them of each row's value."""

    candidate: Candidate
    bins: tuple[CountedBin, ...]
    places: Any
    outside: Outside | None = None

    @property
    def information_value(self) -> float:
        """How well the bins tell goods from bads."""
        return information_value(self.bins)

    @property
    def woes(self) -> Any:
        """The weight of evidence of each bin; 0 where no row fell."""
        return numpy.array([each.woe or 0.0 for each in self.bins])


def bin_candidate(candidate: Candidate, column: Column, bads: Any, spec: BuildSpec) -> Binned | None:
    """Return the bins of a candidate: regular ones, then special, missing and unseen, counted on these rows.

    None when no row has a value to bin.
    """
    special = [Holder(BinRole.SPECIAL, _value_text(column.fact, each), values=(each,)) for each in candidate.special]
    usable = ~column.missing
    for value in candidate.special:
        usable &= column.codes != column.code(value)
    if candidate.order:
        usable &= numpy.isin(column.codes, [column.code(value) for value in candidate.order])
    if not usable.any():
        return None
    holders = [
        *regular_bins(candidate, Column(column.fact, column.codes[usable]), bads[usable], spec),
        *special,
        Holder(BinRole.MISSING, "missing"),
        Holder(BinRole.UNSEEN, "not seen in training"),
    ]
    places = places_of(holders, column)
    bins = tuple(count_bins(holders, places, bads, spec.minimum_special_rows))
    outside = None
    if candidate.outside is not None:
        trained = column.codes[usable]
        role = BinRole.REGULAR if candidate.outside == "score" else BinRole(candidate.outside)
        outside = Outside(int(trained.min()), int(trained.max()), role)
    return Binned(candidate, bins, places, outside)


def information_value(bins: Sequence[CountedBin]) -> float:
    """Return the information value: the WoE of each bin weighted by its share of goods less its share of bads."""
    goods, bads = sum(each.goods for each in bins), sum(each.bads for each in bins)
    return sum((each.goods / goods - each.bads / bads) * each.woe for each in bins if each.woe is not None)


def places_of(holders: Sequence[Holder], column: Column, outside: Outside | None = None) -> Any:
    """Return the place of the bin that holds each row's value, by the rules of the artefact: listed values first, then
    intervals, as far as they were trained; what no bin holds is unseen."""
    roles = [each.role for each in holders]
    places = numpy.full(len(column.codes), roles.index(BinRole.UNSEEN), dtype=numpy.uint8)
    intervals = [at for at, each in enumerate(holders) if each.role is BinRole.REGULAR and not each.values]
    if intervals:
        edges = [column.code(end) for at in intervals if (end := holders[at].end) is not None]
        places = numpy.array(intervals, dtype=numpy.uint8)[numpy.searchsorted(edges, column.codes, side="right")]
    if outside is not None and outside.role is not BinRole.REGULAR:
        beyond = (column.codes < outside.minimum) | (column.codes > outside.maximum)
        places[beyond] = roles.index(outside.role)
    for at, each in enumerate(holders):
        for value in each.values:
            places[column.codes == column.code(value)] = at
    places[column.missing] = roles.index(BinRole.MISSING)
    return places


def count_bins(holders: Sequence[Holder], places: Any, bads: Any, minimum_special_rows: int = 1) -> list[CountedBin]:
    """Return the bins with the rows that fall into them.

    A special, missing or unseen bin with rows, but fewer than `minimum_special_rows`, has the lowest weight of evidence
    of the others: too few rows are no evidence for better.
    """
    bad_counts = numpy.bincount(places[bads], minlength=len(holders)).tolist()
    good_counts = numpy.bincount(places[~bads], minlength=len(holders)).tolist()
    goods, all_bads = sum(good_counts), sum(bad_counts)
    bins = [
        CountedBin(holder, good, bad, _woe(good, bad, goods, all_bads))
        for holder, good, bad in zip(holders, good_counts, bad_counts, strict=True)
    ]
    supported = [each.woe for each in bins if each.holder.role is BinRole.REGULAR or each.count >= minimum_special_rows]
    lowest = min(woe for woe in supported if woe is not None)
    return [
        each
        if each.holder.role is BinRole.REGULAR or each.woe is None or each.count >= minimum_special_rows
        else CountedBin(each.holder, each.goods, each.bads, lowest)
        for each in bins
    ]


def _woe(goods: int, bads: int, all_goods: int, all_bads: int) -> float | None:
    if goods + bads == 0:
        return None
    # Half a row instead of none keeps the logarithm finite where a small bin has only goods or only bads.
    return log((goods or 0.5) / all_goods) - log((bads or 0.5) / all_bads)


def regular_bins(candidate: Candidate, usable: Column, bads: Any, spec: BuildSpec) -> list[Holder]:
    """Return the regular bins of the rows that have a value: the analyst's if there are, else optimal ones."""
    fact = usable.fact
    if fact.type in (FactType.ENUM, FactType.BOOLEAN) and not candidate.order:
        groups = candidate.groups or _optimal_groups(candidate, usable, bads, spec)
        return [_group(tuple(group)) for group in groups]
    numbers = usable.codes
    if candidate.order:
        places = {usable.code(value): at for at, value in enumerate(candidate.order)}
        numbers = numpy.array([places[code] for code in usable.codes.tolist()])
    cuts = [usable.code(cut) for cut in candidate.cuts] or optimal_bins(candidate, numbers, bads, spec.maximum_prebins)
    if candidate.order:
        bounds = [0, *cuts, len(candidate.order)]
        return [_group(candidate.order[start:end]) for start, end in pairwise(bounds)]
    edges = [Decimal(cut).scaleb(-fact.scale) if fact.type is FactType.DECIMAL else cut for cut in cuts]
    return [_interval(fact, start, end) for start, end in zip([None, *edges], [*edges, None], strict=True)]


def _optimal_groups(candidate: Candidate, usable: Column, bads: Any, spec: BuildSpec) -> list[list[str | bool]]:
    values: list[str | bool] = list(usable.fact.values) if usable.fact.type is FactType.ENUM else [False, True]
    named = numpy.array(values, dtype=object)[usable.codes]
    groups: list[list[str | bool]] = optimal_bins(candidate, named, bads, spec.maximum_prebins)
    return groups


def _group(values: tuple[str | bool, ...]) -> Holder:
    names = (str(value).lower() if isinstance(value, bool) else value for value in values)
    return Holder(BinRole.REGULAR, " | ".join(names), values=values)


def _interval(fact: Fact, start: Number | None, end: Number | None) -> Holder:
    if start is None and end is None:
        label = "any"
    elif start is None:
        label = f"below {_text(fact, end)}"
    elif end is None:
        label = f"{_text(fact, start)} or more"
    else:
        label = f"{_text(fact, start)} to below {_text(fact, end)}"
    return Holder(BinRole.REGULAR, label, start, end)


def _value_text(fact: Fact, value: str | Number) -> str:
    return value if isinstance(value, str) else f"exactly {_text(fact, value)}"


def _text(fact: Fact, number: Number | None) -> str:
    if fact.type is not FactType.MONEY or fact.currency is None:
        return format(Decimal(number or 0), "f")
    digits = exponent(fact.currency)
    return f"{Decimal(number or 0).scaleb(-digits):,.{digits}f}"
