"""Every candidate enters, or is left out for a reason that names what it is."""

from decimal import Decimal

import numpy
import pytest

from services.scorecards.build.binning import Binned, CountedBin, Holder
from services.scorecards.build.selection import Selected, select
from services.scorecards.build.spec import BuildError, Candidate, Force, Selection
from services.scoring.domain.scorecard import BinRole

ROWS = 4000
CHANCE = numpy.random.default_rng(3)
BADS = CHANCE.random(ROWS) < 0.3


def candidate(name: str, strength: float, base: object = None, force: Force | None = None) -> Binned:
    """Return a characteristic of two bins that tells goods from bads more or less; `base` is one that it follows."""
    places = (CHANCE.random(ROWS) < 0.5 + strength * (0.5 - BADS)).astype(numpy.uint8)
    if base is not None:
        places = numpy.where(CHANCE.random(ROWS) < 0.02, places, base.places)
    bins = []
    for place in (0, 1):
        bads = int((places[BADS] == place).sum())
        goods = int((places == place).sum()) - bads
        woe = float(numpy.log(goods / (~BADS).sum()) - numpy.log(bads / BADS.sum()))
        bins.append(CountedBin(Holder(BinRole.REGULAR, str(place)), goods, bads, woe))
    return Binned(Candidate(name, "REASON", force=force, why="said so"), tuple(bins), places)


def selected(binned: list[Binned], penalty: str | None = None, **rules: object) -> Selected:
    limits = {"minimum_information_value": Decimal("0.02"), **rules}
    return select(binned, Selection(**limits), penalty and Decimal(penalty), BADS)


def names(found: Selected) -> list[str]:
    return [each.candidate.fact for each in found.binned]


STRONG, FAIR, WEAK = candidate("strong", 0.6), candidate("fair", 0.3), candidate("weak", 0.01)


def test_a_weak_candidate_is_left_out() -> None:
    found = selected([STRONG, WEAK, FAIR])
    assert names(found) == ["strong", "fair"]
    assert [(each.fact, each.why) for each in found.left_out] == [("weak", "information value below the minimum")]


def test_of_two_that_go_together_the_stronger_stays_and_is_named() -> None:
    twin = candidate("twin", 0.1, base=STRONG)
    found = selected([twin, STRONG, FAIR], maximum_correlation=Decimal("0.8"))
    assert names(found) == ["strong", "fair"]
    (left,) = found.left_out
    assert left.fact == "twin"
    assert left.why.startswith("goes with strong, which is stronger: correlation 0.9")


def test_what_follows_from_the_others_is_left_out() -> None:
    twin = candidate("twin", 0.1, base=STRONG)
    found = selected([twin, STRONG, FAIR], maximum_variance_inflation=Decimal(5))
    assert len(found.binned) == 2
    assert "follows from the others: variance inflation" in found.left_out[0].why
    assert max(found.inflations) < 5


def test_no_more_characteristics_enter_than_may() -> None:
    found = selected([FAIR, STRONG], maximum_characteristics=1)
    assert names(found) == ["strong"]
    assert found.left_out[0].why == "not among the 1 of most information value"


def test_points_never_contradict_the_bad_rates_of_their_own_bins() -> None:
    twin = candidate("twin", 0.1, base=STRONG)
    found = selected([twin, STRONG, FAIR])
    assert min(found.regression.coefficients) > 0


def test_the_analyst_can_force_a_candidate_in_or_out() -> None:
    forced = candidate("forced", 0.02, force=Force.IN)
    out = candidate("out", 0.6, force=Force.OUT)
    found = selected([forced, out, STRONG], "1", minimum_information_value=Decimal("0.1"))
    assert set(names(found)) <= {"forced", "strong"} and "strong" in names(found)
    assert ("out", "left out by the analyst: said so") in [(each.fact, each.why) for each in found.left_out]
    assert all(each.fact != "forced" or "coefficient" in each.why for each in found.left_out)


def test_a_candidate_of_one_bin_never_enters_whatever_the_minimum() -> None:
    flat = Binned(
        Candidate("flat", "REASON"), (CountedBin(Holder(BinRole.REGULAR, "any"), 1, 1, 0.0),), STRONG.places * 0
    )
    found = selected([flat, STRONG], minimum_information_value=Decimal(0))
    assert names(found) == ["strong"]


def test_without_any_candidate_left_there_is_no_scorecard() -> None:
    with pytest.raises(BuildError, match="no characteristic has the information value"):
        selected([WEAK])
