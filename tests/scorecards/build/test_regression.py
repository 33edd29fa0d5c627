"""Coefficients are the best ones there are, or there are none and the builder says so."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from services.scorecards.build.binning import Binned, CountedBin, Holder
from services.scorecards.build.ranking import area_under_curve
from services.scorecards.build.regression import correlations, regress
from services.scorecards.build.spec import BuildError, Candidate
from services.scoring.domain.measures.discrimination import auc
from services.scoring.domain.scorecard import BinRole


def binned(woes: list[float], places: object) -> Binned:
    holders = [Holder(BinRole.REGULAR, str(at)) for at in range(len(woes))]
    bins = tuple(CountedBin(holder, 1, 1, woe) for holder, woe in zip(holders, woes, strict=True))
    return Binned(Candidate("fact", "REASON"), bins, numpy.array(places, dtype=numpy.uint8))


def sample(seed: int, rows: int = 500) -> tuple[list[Binned], numpy.ndarray]:
    chance = numpy.random.default_rng(seed)
    places = chance.integers(0, 3, size=(3, rows))
    found = [binned([-0.8, 0.1, 0.7], each) for each in places]
    odds = sum(each.woes[each.places] for each in found) + 0.5
    return found, chance.random(rows) > 1 / (1 + numpy.exp(-odds))


@pytest.mark.parametrize("penalty", [None, "1", "0.01"])
@pytest.mark.parametrize("seed", range(3))
def test_coefficients_are_those_of_scikit_learn(seed: int, penalty: str | None) -> None:
    from decimal import Decimal

    found, bads = sample(seed)
    fitted = regress(found, bads, None if penalty is None else Decimal(penalty))
    inputs = numpy.array([each.woes[each.places] for each in found]).T
    strength = numpy.inf if penalty is None else float(penalty)
    other = LogisticRegression(C=strength, tol=1e-12, max_iter=5000).fit(inputs, ~bads)
    assert fitted.coefficients == pytest.approx(other.coef_[0].tolist(), abs=1e-6)
    assert fitted.intercept == pytest.approx(float(other.intercept_[0]), abs=1e-6)


def test_the_standard_error_is_that_of_a_two_by_two_table() -> None:
    # The log odds ratio of a table has the variance 1/a + 1/b + 1/c + 1/d (Woolf, 1955).
    places = [0] * 50 + [1] * 50
    bads = numpy.array([True] * 30 + [False] * 20 + [True] * 10 + [False] * 40)
    fitted = regress([binned([0.0, 1.0], places)], bads, None)
    assert fitted.coefficients[0] == pytest.approx(numpy.log((40 / 10) / (20 / 30)))
    assert fitted.standard_errors[0] == pytest.approx((1 / 30 + 1 / 20 + 1 / 10 + 1 / 40) ** 0.5)


def test_goods_and_bads_that_are_told_apart_without_fault_have_no_best_coefficients() -> None:
    bads = numpy.array([True] * 50 + [False] * 50)
    with pytest.raises(BuildError, match="without fault"):
        regress([binned([-3.0, 3.0], [0] * 50 + [1] * 50)], bads, None)


def test_two_characteristics_that_say_the_same_need_a_penalty() -> None:
    from decimal import Decimal

    found, bads = sample(5)
    with pytest.raises(BuildError, match="say the same"):
        regress([found[0], found[0]], bads, None)
    first, second = regress([found[0], found[0]], bads, Decimal(1)).coefficients
    assert first == pytest.approx(second)


def test_correlations_are_those_of_numpy() -> None:
    found, _ = sample(2, rows=70_000)
    inputs = numpy.array([each.woes[each.places] for each in found])
    assert correlations(found) == pytest.approx(numpy.corrcoef(inputs), abs=1e-9)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=60))
def test_the_quick_area_under_the_curve_is_the_exact_one(outcomes: list[tuple[int, bool]]) -> None:
    bads = numpy.array([bad for _, bad in outcomes])
    if bads.all() or not bads.any():
        return
    values = numpy.array([score for score, _ in outcomes])
    assert area_under_curve(values, bads) == pytest.approx(float(auc(outcomes)), abs=1e-12)
