"""The population stability index and its critical values against worked and published figures."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measures.stability import points_shift, stability

counts = st.lists(st.integers(0, 500), min_size=2, max_size=12).filter(any)


@pytest.mark.parametrize(("rows", "critical"), [(100, 0.338), (10_000, 0.0034)])
def test_critical_values_are_the_published_ones(rows: int, critical: float) -> None:
    even = [rows // 10] * 10
    assert stability(even, even).critical_95 == pytest.approx(critical, abs=0.0005 if rows == 100 else 0.00005)


def test_a_shift_by_hand() -> None:
    found = stability([50, 50], [30, 70])
    assert found.value == pytest.approx(0.2 * log(50 / 30) + 0.2 * log(70 / 50))
    assert [shift.contribution for shift in found.bins] == pytest.approx([0.2 * log(5 / 3), 0.2 * log(1.4)])


@given(counts, st.data())
@settings(max_examples=100)
def test_the_index_is_symmetric_and_never_negative(expected: list[int], data: st.DataObject) -> None:
    like = st.lists(st.integers(0, 500), min_size=len(expected), max_size=len(expected)).filter(any)
    actual = data.draw(like)
    found = stability(expected, actual)
    assert found.value >= 0
    assert found.value == pytest.approx(stability(actual, expected).value)


@given(counts)
def test_a_population_of_the_same_shape_has_not_moved(expected: list[int]) -> None:
    assert stability(expected, [3 * count for count in expected]).value == pytest.approx(0, abs=1e-9)
    assert stability(expected, expected).value == 0


def test_a_bin_that_fills_up_counts_half_a_row_before() -> None:
    assert stability([100, 0], [90, 10]).value == pytest.approx(0.1 * log(1 / 0.9) + 0.095 * log(0.1 / 0.005))


def test_a_bin_that_stays_empty_is_no_bin() -> None:
    assert stability([50, 50, 0], [40, 60, 0]).critical_95 == stability([50, 50], [40, 60]).critical_95


def test_one_bin_has_nothing_to_move() -> None:
    found = stability([10, 0], [20, 0])
    assert (found.value, found.critical_95) == (0, 0)


def test_rows_that_move_to_a_better_bin_raise_the_mean_points() -> None:
    assert points_shift([50, 50], [25, 75], [10, 30]) == 5
    assert points_shift([1, 2], [2, 1], [0, 1]) == Fraction(-1, 3)


@pytest.mark.parametrize(("expected", "actual"), [([0, 0], [1, 1]), ([1], []), ([1, 2], [1, -1, 2]), ([1, 2], [1])])
def test_counts_that_can_not_be_compared_are_refused(expected: list[int], actual: list[int]) -> None:
    with pytest.raises(ValueError, match=r"needs counts|zip"):
        stability(expected, actual)
