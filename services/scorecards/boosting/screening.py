"""What no model should be built on, looked for in bands of each candidate's values before a tree is grown."""

from collections.abc import Sequence
from typing import Final

import numpy

from services.scorecards.boosting.rows import equal_cuts, places_between
from services.scorecards.boosting.spec import BoostSpec
from services.scorecards.build.binning import Binned, Holder, count_bins
from services.scorecards.build.sample import Column, Sample
from services.scorecards.build.screening import associations, check_leakage, check_proxies, check_sample
from services.scorecards.build.spec import Candidate
from services.scoring.domain.scorecard import BinRole
from shared.facts import FactType

_NARROW: Final = 100
"""Bands for leakage: a threshold within one of them must not hide it."""

_WIDE: Final = 10
"""Bands for the association with a protected attribute: enough rows in each to be no chance."""


def screen(train: Sample, spec: BoostSpec) -> None:
    """Raise `BuildError` as a scorecard's builder does: for columns that say nothing, for a fact that knows the outcome
    and for one that stands for a protected attribute."""
    check_sample(train, spec.sample)
    candidates = spec.sample.candidates
    check_leakage(_banded(train, candidates, _NARROW), train.bads)
    check_proxies(associations(_banded(train, candidates, _WIDE), train), candidates, spec.sample)


def _banded(train: Sample, candidates: Sequence[Candidate], bands: int) -> list[Binned]:
    return [_in_bands(each, train.columns[each.fact], train, bands) for each in candidates]


def _in_bands(candidate: Candidate, column: Column, train: Sample, bands: int) -> Binned:
    if column.fact.type in (FactType.ENUM, FactType.BOOLEAN):
        listed = max(len(column.fact.values), 2)
        places = numpy.where(column.missing, listed + 1, column.codes)
    else:
        cuts = equal_cuts(column, bands)
        listed = len(cuts) + 1
        places = places_between(column, cuts)
    regular = [Holder(BinRole.REGULAR, str(place)) for place in range(listed)]
    holders = [*regular, Holder(BinRole.UNSEEN, "unseen"), Holder(BinRole.MISSING, "missing")]
    return Binned(candidate, tuple(count_bins(holders, places, train.bads)), places)
