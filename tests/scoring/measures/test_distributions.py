"""Tails and quantiles against SciPy."""

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measures.distributions import (
    binomial_p,
    chi_squared_quantile,
    chi_squared_tail,
    two_sided_p,
    two_sided_z,
    wilson,
)

stats = import_module("scipy.stats")


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 19, 100, 2000])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.95, 0.99, 0.999999])
def test_chi_squared_quantiles_are_those_of_scipy(share: float, degrees: int) -> None:
    assert chi_squared_quantile(share, degrees) == pytest.approx(stats.chi2.ppf(share, degrees), rel=1e-8)


@given(st.floats(0, 3000), st.integers(1, 1000))
@settings(max_examples=200)
def test_chi_squared_tails_are_those_of_scipy(value: float, degrees: int) -> None:
    assert chi_squared_tail(value, degrees) == pytest.approx(float(stats.chi2.sf(value, degrees)), rel=1e-8, abs=1e-13)


@given(st.data())
@settings(max_examples=200)
def test_binomial_p_values_are_twice_the_smaller_tail_of_scipy(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 1_000_000))
    hits = data.draw(st.integers(0, count))
    probability = data.draw(st.one_of(st.floats(0, 1), st.just(hits / count), st.sampled_from([0.0, 0.01, 1.0])))
    tails = stats.binom.cdf(hits, count, probability), stats.binom.sf(hits - 1, count, probability)
    assert binomial_p(hits, count, probability) == pytest.approx(min(1, 2 * min(tails)), rel=1e-5, abs=1e-12)


def test_a_binomial_p_value_below_5_percent_is_an_interval_that_misses() -> None:
    interval = stats.binomtest(12, 100).proportion_ci(0.95, "exact")
    for probability in (interval.low, interval.high):
        assert binomial_p(12, 100, probability) == pytest.approx(0.05, abs=1e-8)


@given(st.integers(0, 400), st.integers(1, 400), st.sampled_from([0.9, 0.95, 0.99]))
@settings(max_examples=150)
def test_wilson_intervals_are_those_of_scipy(hits: int, count: int, level: float) -> None:
    hits = min(hits, count)
    theirs = stats.binomtest(hits, count).proportion_ci(level, "wilson")
    ours = wilson(hits, count, level)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_nothing_counted_leaves_a_rate_open() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


def test_normal_figures_are_the_known_ones() -> None:
    assert two_sided_z(0.95) == pytest.approx(1.959963984540054)
    assert two_sided_p(-1.959963984540054) == pytest.approx(0.05)


@pytest.mark.parametrize(("share", "degrees"), [(0, 1), (1, 1), (0.95, 0)])
def test_a_quantile_that_does_not_exist_is_refused(share: float, degrees: int) -> None:
    with pytest.raises(ValueError, match="needs a share"):
        chi_squared_quantile(share, degrees)


@pytest.mark.parametrize(("hits", "count", "probability"), [(2, 1, 0.5), (-1, 1, 0.5), (0, 1, 1.5)])
def test_impossible_counts_are_refused(hits: int, count: int, probability: float) -> None:
    with pytest.raises(ValueError, match="needs 0 <= hits"):
        binomial_p(hits, count, probability)
