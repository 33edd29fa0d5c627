"""Fairness measures against worked figures and SciPy."""

from importlib import import_module
from math import exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measures.fairness import (
    equal_opportunity_difference,
    impact_ratio,
    standardised_mean_difference,
)

stats = import_module("scipy.stats")


def test_the_impact_ratio_of_the_uniform_guidelines_example() -> None:
    """48 of 80 whites and 12 of 40 blacks hired: 30 % over 60 %, adverse impact (EEOC)."""
    found = impact_ratio(12, 40, 48, 80)
    assert found is not None
    assert found.ratio.estimate == 0.5
    assert found.below_four_fifths
    spread = sqrt(1 / 12 - 1 / 40 + 1 / 48 - 1 / 80)
    assert found.ratio.high == pytest.approx(exp(log(0.5) + 1.959964 * spread), rel=1e-6)
    assert found.p_value == pytest.approx(
        stats.chi2_contingency([[12, 28], [48, 32]], correction=False).pvalue, rel=1e-9
    )


@given(st.integers(0, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=150)
def test_an_impact_ratio_lies_in_its_interval(selected: int, size: int, other: int, other_size: int) -> None:
    found = impact_ratio(min(selected, size), size, min(other, other_size), other_size)
    assert found is not None
    assert found.ratio.low <= found.ratio.estimate + 1e-12
    assert found.ratio.estimate <= found.ratio.high + 1e-12
    assert 0 <= found.p_value <= 1


def test_nobody_selected_of_either_group_gives_no_ratio() -> None:
    assert impact_ratio(0, 10, 0, 10) is None
    assert impact_ratio(0, 0, 5, 10) is None


def test_groups_a_standard_deviation_apart_differ_by_one() -> None:
    found = standardised_mean_difference([400, 420, 440], [420, 440, 460])
    assert found is not None
    assert found.estimate == pytest.approx(-1)
    assert found.low < -1 < found.high


def test_groups_with_the_same_scores_do_not_differ() -> None:
    found = standardised_mean_difference([1, 2, 3], [1, 2, 3])
    assert found is not None
    assert (found.estimate, found.low) == (0, -found.high)


@pytest.mark.parametrize(("group", "reference"), [([1], [1, 2]), ([], []), ([3, 3], [3, 3])])
def test_scores_that_do_not_vary_have_no_standardised_difference(group: list[int], reference: list[int]) -> None:
    assert standardised_mean_difference(group, reference) is None


def test_the_interval_of_a_difference_of_rates_is_newcombes() -> None:
    """His example: 56 of 70 against 48 of 80 gives 0.2 with 0.0524 to 0.3339 (Statistics in Medicine 17, table II)."""
    found = equal_opportunity_difference(56, 70, 48, 80)
    assert found is not None
    assert (found.estimate, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=0.00005)


def test_a_group_without_goods_has_no_equal_opportunity_difference() -> None:
    assert equal_opportunity_difference(0, 0, 1, 2) is None


@pytest.mark.parametrize("measure", [impact_ratio, equal_opportunity_difference])
def test_more_approved_than_there_are_is_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="needs 0 <="):
        measure(3, 2, 1, 2)
