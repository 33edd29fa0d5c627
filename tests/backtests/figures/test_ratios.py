"""Exact ratios, and the intervals and tests that go with them, against published and independent figures."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backtests.figures.ratios import Ratio, change, compare_rates, fisher_exact, mean, ratio, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        # Newcombe, Stat. Med. 17 (1998) 857-872, table I, method 3 (score), rounded outwards to four places.
        (81, 263, "0.2552", "0.3663"),
        (15, 148, "0.0623", "0.1606"),
        (0, 20, "0.0000", "0.1612"),
        (1, 29, "0.0061", "0.1719"),
    ],
)
def test_the_interval_of_a_rate_is_the_published_score_interval(hits: int, count: int, low: str, high: str) -> None:
    found = wilson(hits, count)
    assert found is not None
    assert abs(Fraction(found.low) - Fraction(low)) <= Fraction(1, 10_000)
    assert abs(Fraction(found.high) - Fraction(high)) <= Fraction(1, 10_000)


@given(st.integers(1, 10_000_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_an_interval_holds_its_rate_and_stays_between_none_and_all(pair: tuple[int, int]) -> None:
    hits, count = pair
    found = wilson(hits, count)
    assert found is not None
    assert 0 <= Fraction(found.low) <= Fraction(hits, count) <= Fraction(found.high) <= 1


def test_of_nothing_there_is_no_rate_no_average_and_no_interval() -> None:
    assert ratio(0, 0) is None
    assert mean(0, 0) is None
    assert wilson(0, 0) is None
    assert compare_rates(0, 0, 1, 2) is None


def test_a_ratio_is_shown_rounded_half_up() -> None:
    assert Ratio(1, 8).value == "0.1250"
    assert Ratio(1, 16).value == "0.0625"
    assert Ratio(12_345, 100_000).value == "0.1235"
    assert mean(5, 2) == 3


def test_a_change_is_told_in_percentage_points_of_the_exact_rates() -> None:
    assert change(Ratio(1, 3), Ratio(2, 3)) == "+33.33"
    assert change(Ratio(2, 3), Ratio(1, 3)) == "-33.33"
    assert change(Ratio(1, 2), Ratio(2, 4)) == "0.00"
    assert change(None, Ratio(2, 4)) is None


def test_fishers_tea_tasting_comes_out_as_fisher_told_it() -> None:
    # Fisher, The Design of Experiments (1935): three of four cups told right; two-sided 34/70.
    assert fisher_exact(3, 4, 1, 4) == Fraction(34, 70)


@given(st.integers(1, 25), st.integers(1, 25), st.data())
def test_fishers_p_value_is_the_sum_over_all_tables(count: int, other: int, data: st.DataObject) -> None:
    hits, other_hits = data.draw(st.integers(0, count)), data.draw(st.integers(0, other))
    every = comb(count + other, hits + other_hits)
    tables = [
        comb(count, found) * comb(other, hits + other_hits - found)
        for found in range(count + 1)
        if 0 <= hits + other_hits - found <= other
    ]
    seen = comb(count, hits) * comb(other, other_hits)
    expected = Fraction(sum(weight for weight in tables if weight <= seen), every)
    assert fisher_exact(hits, count, other_hits, other) == expected


def test_a_small_group_beside_millions_is_compared_exactly() -> None:
    found = compare_rates(2, 12, 6_000_000, 10_000_000)
    assert found is not None
    assert (found.test, found.significant) == ("fisher_exact", True)


def test_large_groups_are_compared_by_the_pooled_z_test() -> None:
    found = compare_rates(48, 80, 12, 40)
    assert found is not None
    # (0.60 - 0.30) / sqrt(0.5 * 0.5 * (1/80 + 1/40))
    assert (found.test, found.statistic, found.significant) == ("two_proportion_z", "3.10", True)
    same = compare_rates(40, 40, 80, 80)
    assert same is not None and not same.significant
