"""Optimal binning of one characteristic (G. Navas-Palencia, "Optimal binning", arXiv 2001.08025, 2020).

The binning itself is optbinning's, which is imported only when a scorecard is built; counts, weights of evidence and
labels are ours, from the bins as they are written to the artefact.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, log
from typing import Any

from services.scorecards.build.spec import BuildError, BuildSpec, Candidate
from services.scoring.domain.scorecard import BinRole
from shared.facts import Fact, FactType, FactValue
from shared.money import exponent

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Holder:
    """What a bin holds: numbers from (included) and below (not included), or listed values, or nothing yet."""

    role: BinRole
    label: str
    start: Number | None = None
    end: Number | None = None
    values: tuple[str | bool, ...] = ()

    def holds(self, value: FactValue | None) -> bool:
        """Tell whether a value of the sample belongs here."""
        if value is None:
            return self.role is BinRole.MISSING
        if self.values:
            return value in self.values
        if self.role is not BinRole.REGULAR or not isinstance(value, int | Decimal):
            return False
        return (self.start is None or value >= self.start) and (self.end is None or value < self.end)


@dataclass(frozen=True, slots=True)
class CountedBin:
    """A bin with the goods and bads that fell into it and its weight of evidence, None without a single row.

    Weight of evidence is ln(share of all goods / share of all bads): above zero is better than average.
    """

    holder: Holder
    goods: int
    bads: int
    woe: float | None


def bin_candidate(
    candidate: Candidate, fact: Fact, values: Sequence[FactValue | None], bads: Sequence[bool], spec: BuildSpec
) -> list[CountedBin]:
    """Return the bins of a candidate: regular ones, then special, missing and unseen, counted on these rows.

    Raises `BuildError` when no row has a value to bin.
    """
    special = [Holder(BinRole.SPECIAL, value, values=(value,)) for value in candidate.special]
    usable = [
        (value, bad)
        for value, bad in zip(values, bads, strict=True)
        if value is not None and value not in candidate.special
    ]
    if not usable:
        raise BuildError(f"{candidate.fact} has no value in the rows to fit on")
    holders = [
        *_regular(candidate, fact, [value for value, _ in usable], [bad for _, bad in usable], spec),
        *special,
        Holder(BinRole.MISSING, "missing"),
        Holder(BinRole.UNSEEN, "not seen in training"),
    ]
    return count_bins(holders, values, bads)


def information_value(bins: Sequence[CountedBin]) -> float:
    """Return the information value: the WoE of each bin weighted by its share of goods less its share of bads."""
    goods, bads = sum(each.goods for each in bins), sum(each.bads for each in bins)
    return sum((each.goods / goods - each.bads / bads) * each.woe for each in bins if each.woe is not None)


def count_bins(holders: Sequence[Holder], values: Sequence[FactValue | None], bads: Sequence[bool]) -> list[CountedBin]:
    """Return the bins of `holders` with the rows that fall into them; every value must have its bin."""
    tallies = [[0, 0] for _ in holders]
    for value, bad in zip(values, bads, strict=True):
        place = next(index for index, holder in enumerate(holders) if holder.holds(value))
        tallies[place][bad] += 1
    all_bads = sum(bads)
    all_goods = len(bads) - all_bads
    return [
        CountedBin(holder, goods, bad, _woe(goods, bad, all_goods, all_bads))
        for holder, (goods, bad) in zip(holders, tallies, strict=True)
    ]


def _woe(goods: int, bads: int, all_goods: int, all_bads: int) -> float | None:
    if goods + bads == 0:
        return None
    # Half a row instead of none keeps the logarithm finite where a small bin has only goods or only bads.
    return log((goods or 0.5) / all_goods) - log((bads or 0.5) / all_bads)


def _regular(
    candidate: Candidate, fact: Fact, values: Sequence[FactValue], bads: Sequence[bool], spec: BuildSpec
) -> list[Holder]:
    if candidate.order:
        places = [candidate.order.index(str(value)) for value in values]
        cuts = [ceil(split) for split in _splits(places, bads, candidate, spec)]
        groups = [candidate.order[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
        return [_group(group) for group in groups]
    if fact.type in (FactType.ENUM, FactType.BOOLEAN):
        return [_group(tuple(group)) for group in _splits(values, bads, candidate, spec)]
    quantum = 10**fact.scale
    scaled = [int(value * quantum) for value in values if isinstance(value, int | Decimal)]
    cuts = [ceil(split) for split in _splits(scaled, bads, candidate, spec)]
    edges = [Decimal(cut).scaleb(-fact.scale) if fact.type is FactType.DECIMAL else cut for cut in cuts]
    return [_interval(fact, start, end) for start, end in zip([None, *edges], [*edges, None], strict=True)]


def _splits(values: Sequence[Any], bads: Sequence[bool], candidate: Candidate, spec: BuildSpec) -> list[Any]:
    """Return optbinning's cut points of numbers, or its groups of categories."""
    # Importing optbinning makes cvxpy try every solver there is and log those that do not load; we use none of them.
    logging.getLogger("__cvxpy__").addFilter(lambda _: False)
    import numpy  # noqa: PLC0415
    from optbinning import OptimalBinning  # noqa: PLC0415

    categorical = isinstance(values[0], str | bool)
    trend = {"rises": "ascending", "falls": "descending", None: "auto"}[candidate.bad_rate]
    smallest = spec.minimum_bin_percent / 100
    binning = OptimalBinning(
        name=candidate.fact,
        dtype="categorical" if categorical else "numerical",
        monotonic_trend=trend,
        min_prebin_size=smallest,
        min_bin_size=smallest,
        max_n_bins=spec.maximum_bins,
    )
    binning.fit(numpy.array(values, dtype=object if categorical else float), numpy.array(bads, dtype=int))
    return [split.tolist() for split in binning.splits]


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


def _text(fact: Fact, number: Number | None) -> str:
    if fact.type is not FactType.MONEY or fact.currency is None:
        return str(number)
    digits = exponent(fact.currency)
    return f"{Decimal(number or 0).scaleb(-digits):,.{digits}f}"
