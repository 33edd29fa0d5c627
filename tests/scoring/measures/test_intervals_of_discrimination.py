"""Intervals of AUC and KS against the definitions, and against what they promise over many samples."""

from math import isclose, sqrt
from statistics import NormalDist, variance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measures.discrimination import auc, auc_difference, auc_interval, ks, ks_interval
from services.scoring.domain.measures.resampling import Resampler

Z_95 = NormalDist().inv_cdf(0.975)

rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), min_size=6, max_size=50).filter(
    lambda drawn: 2 <= sum(bad for *_, bad in drawn) <= len(drawn) - 2
)


def columns(drawn: list[tuple[int, int, bool]]) -> tuple[list[int], list[int], list[bool]]:
    return [row[0] for row in drawn], [row[1] for row in drawn], [row[2] for row in drawn]


def order(good: int, bad: int) -> float:
    return (good > bad) + (good == bad) / 2


def structural_components(scores: list[int], bads: list[bool]) -> tuple[list[float], list[float]]:
    """The components of DeLong, DeLong & Clarke-Pearson, pair by pair as they define them."""
    good = [score for score, bad in zip(scores, bads, strict=True) if not bad]
    ill = [score for score, bad in zip(scores, bads, strict=True) if bad]
    return (
        [sum(order(one, two) for two in ill) / len(ill) for one in good],
        [sum(order(one, two) for one in good) / len(good) for two in ill],
    )


@given(rows)
@settings(max_examples=150)
def test_the_interval_of_an_auc_is_that_of_the_pairwise_definition(drawn: list[tuple[int, int, bool]]) -> None:
    scores, _, bads = columns(drawn)
    outcomes = list(zip(scores, bads, strict=True))
    of_goods, of_bads = structural_components(scores, bads)
    area = sum(of_goods) / len(of_goods)
    margin = Z_95 * sqrt(variance(of_goods) / len(of_goods) + variance(of_bads) / len(of_bads))
    found = auc_interval(outcomes)
    assert isclose(found.estimate, auc(outcomes), abs_tol=1e-12)
    assert isclose(found.low, max(0, area - margin), abs_tol=1e-9)
    assert isclose(found.high, min(1, area + margin), abs_tol=1e-9)


@given(rows)
@settings(max_examples=150)
def test_the_paired_test_is_that_of_the_pairwise_definition(drawn: list[tuple[int, int, bool]]) -> None:
    first, second, bads = columns(drawn)
    components = [structural_components(scores, bads) for scores in (first, second)]
    goods, ill = ([one - two for one, two in zip(*each, strict=True)] for each in zip(*components, strict=True))
    estimate = sum(goods) / len(goods)
    spread = sqrt(variance(goods) / len(goods) + variance(ill) / len(ill))
    found = auc_difference(first, second, bads)
    assert isclose(found.estimate, estimate, abs_tol=1e-9)
    if spread > 1e-9:
        assert isclose(found.low, max(-1, estimate - Z_95 * spread), abs_tol=1e-9)
        assert isclose(found.high, min(1, estimate + Z_95 * spread), abs_tol=1e-9)
        assert isclose(found.p_value, 2 * NormalDist().cdf(-abs(estimate / spread)), abs_tol=1e-9)


@given(rows)
@settings(max_examples=60)
def test_swapping_the_scores_turns_the_sign_of_their_difference(drawn: list[tuple[int, int, bool]]) -> None:
    first, second, bads = columns(drawn)
    one, two = auc_difference(first, second, bads), auc_difference(second, first, bads)
    assert (one.estimate, one.low, one.high, one.p_value) == (-two.estimate, -two.high, -two.low, two.p_value)


def test_a_score_does_not_differ_from_itself() -> None:
    scores, bads = [1, 2, 3, 4, 5, 6], [True, False, True, False, True, False]
    assert auc_difference(scores, scores, bads).p_value == 1


def test_too_few_rows_of_an_outcome_leave_everything_open() -> None:
    found = auc_interval([(1, True), (2, False), (3, False)])
    assert (found.low, found.high) == (0, 1)
    compared = auc_difference([1, 2, 3], [3, 2, 1], [True, False, False])
    assert (compared.low, compared.high, compared.p_value) == (-1, 1, 1)


def sample(size: int, seed: int) -> list[tuple[int, bool]]:
    """Rows of two normal populations a standard deviation apart: their AUC is 0.7602 and their KS 0.3829."""
    draw, normal = Resampler(seed), NormalDist()
    drawn = []
    for number in range(size):
        bad = number % 4 == 0
        drawn.append((round(500 + 16 * (normal.inv_cdf(draw.uniform()) - bad)), bad))
    return drawn


def test_95_percent_intervals_hold_the_truth_about_95_times_in_100() -> None:
    true_auc, true_ks = NormalDist().cdf(1 / sqrt(2)), 2 * NormalDist().cdf(0.5) - 1
    samples = [sample(400, seed) for seed in range(200)]
    aucs = [auc_interval(each) for each in samples]
    gaps = [ks_interval(each, rounds=100) for each in samples[:100]]
    assert sum(each.low <= true_auc <= each.high for each in aucs) in range(180, 200)
    assert sum(each.low <= true_ks <= each.high for each in gaps) in range(88, 101)


def test_the_interval_of_ks_is_the_same_for_the_same_seed() -> None:
    outcomes = sample(300, 1)
    found = ks_interval(outcomes, seed=7)
    assert found == ks_interval(outcomes, seed=7)
    assert found != ks_interval(outcomes, seed=8)
    assert found.low < found.estimate == float(ks(outcomes))


@pytest.mark.parametrize(("level", "rounds"), [(0, 500), (1, 500), (0.95, 10)])
def test_a_level_or_a_number_of_rounds_that_means_nothing_is_refused(level: float, rounds: int) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1|at least 100"):
        ks_interval([(1, True), (2, False)], level, rounds=rounds)


@pytest.mark.parametrize("mean", [1, 30, 199, 200, 5000])
def test_drawn_counts_have_the_mean_and_the_variance_of_their_distribution(mean: int) -> None:
    draw = Resampler(3)
    counts = [draw.poisson(mean) for _ in range(4000)]
    average = sum(counts) / len(counts)
    assert abs(average - mean) < 4 * sqrt(mean / len(counts))
    assert abs(variance(counts, average) / mean - 1) < 0.1
