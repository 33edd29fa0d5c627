"""Calibration against worked figures and against what a right model must show."""

from fractions import Fraction
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.measures.calibration import brier, calibration

TENTH, FIFTH = Fraction(1, 10), Fraction(1, 5)

stats = import_module("scipy.stats")


def test_bands_that_came_out_as_expected_are_calibrated() -> None:
    found = calibration([("low", FIFTH, 100, 20), ("high", TENTH, 200, 20)])
    assert found.hosmer_lemeshow == 0
    assert found.p_value == 1
    assert found.expected_bads == found.bads == 40
    assert [band.p_value for band in found.bands] == [1, 1]


def test_a_band_with_twice_the_bads_expected_stands_out() -> None:
    found = calibration([("low", FIFTH, 100, 40), ("high", TENTH, 200, 20)])
    assert found.hosmer_lemeshow == pytest.approx(20**2 / (100 * 0.2 * 0.8))
    assert found.p_value == pytest.approx(stats.chi2.sf(25, 2))
    assert found.bands[0].p_value < 0.00001
    assert found.bands[0].observed.low < 0.4 < found.bands[0].observed.high


def test_rows_the_model_was_fitted_on_cost_two_degrees_of_freedom() -> None:
    rows = [(str(number), TENTH, 100, 10 + number) for number in range(5)]
    assert calibration(rows).degrees == 5
    assert calibration(rows, fitted_on_these=True).degrees == 3


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=50))
@settings(max_examples=80)
def test_the_brier_score_of_groups_is_that_of_their_rows(rows: list[tuple[int, bool]]) -> None:
    by_row = sum((Fraction(percent, 100) - bad) ** 2 for percent, bad in rows) / len(rows)
    assert brier((Fraction(percent, 100), 1, int(bad)) for percent, bad in rows) == by_row


def test_a_band_without_rows_is_left_out() -> None:
    assert [band.label for band in calibration([("a", TENTH, 10, 1), ("b", TENTH, 0, 0)]).bands] == ["a"]


def test_a_pd_of_nothing_that_was_wrong_fails_the_test_without_a_fault() -> None:
    assert calibration([("sure", Fraction(0), 10, 3)]).p_value == 0


@pytest.mark.parametrize("row", [("a", TENTH, 1, 2), ("a", Fraction(3, 2), 1, 1), ("a", TENTH, 0, 0)])
def test_what_can_not_be_is_refused(row: tuple[str, Fraction, int, int]) -> None:
    with pytest.raises(ValueError, match="needs"):
        calibration([row])
