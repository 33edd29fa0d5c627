from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.demo.figures import Band, bands, measure, percentile, total
from shared.money import Money
from tests.demo.canned import acknowledged, decided, granted


def ms(value: int) -> timedelta:
    return timedelta(milliseconds=value)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, 0), ([7], 99, 7), ([1, 2, 3, 4], 50, 2), ([1, 2, 3, 4, 5], 50, 3), (range(1, 101), 95, 95)],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[int], percent: int, expected: int) -> None:
    assert percentile([ms(value) for value in values], percent) == ms(expected)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(1, 100))
def test_at_least_that_percentage_of_values_lies_at_or_below_a_percentile(values: list[int], percent: int) -> None:
    found = percentile(sorted(ms(value) for value in values), percent)
    at_or_below = sum(ms(value) <= found for value in values)
    below = sum(ms(value) < found for value in values)
    assert at_or_below * 100 >= percent * len(values) > below * 100


def test_a_run_in_which_everybody_is_decided_once_is_sound() -> None:
    figures = measure(acknowledged(1, 2), [decided(1, "approve"), decided(2, "decline")], [granted(1)])
    assert figures.sound
    assert (figures.submitted, figures.decided, figures.lost, figures.doubled) == (2, 2, 0, 0)
    assert figures.granted == [Money(100_000, "DEM")]


def test_an_acknowledged_application_without_a_decision_is_lost() -> None:
    figures = measure(acknowledged(1, 2), [decided(2, "decline")], [])
    assert (figures.lost, figures.decided, figures.sound) == (1, 1, False)


def test_a_second_decision_on_an_application_is_doubled_and_the_first_one_counts() -> None:
    decisions = [decided(1, "decline", took_ms=90, decision_id="dec_late"), decided(1, "approve", took_ms=10)]
    figures = measure(acknowledged(1), decisions, [granted(1)])
    assert (figures.doubled, figures.decided, figures.sound) == (1, 1, False)
    assert figures.outcomes["approve"] == 1


def test_two_applicants_under_one_application_are_doubled() -> None:
    one, other = acknowledged(1)[0], acknowledged(1)[0]
    figures = measure([one, other], [decided(1, "decline")], [])
    assert (figures.doubled, figures.sound) == (1, False)


@pytest.mark.parametrize(("limits_set", "doubled", "missing"), [(0, 0, 1), (1, 0, 0), (2, 1, 0)])
def test_an_approval_has_exactly_one_limit(limits_set: int, doubled: int, missing: int) -> None:
    figures = measure(acknowledged(1), [decided(1, "counter_offer")], [granted(1, limits_set)])
    assert (figures.doubled, figures.limits_missing) == (doubled, missing)
    assert figures.sound is (limits_set == 1)


def test_decisions_of_somebody_else_do_not_count() -> None:
    figures = measure(acknowledged(1), [decided(1, "refer"), decided(2, "approve")], [])
    assert (figures.decided, figures.outcomes["approve"], figures.doubled) == (1, 0, 0)


def test_the_approval_rate_counts_what_was_approved_as_asked() -> None:
    outcomes = ["approve", "approve", "counter_offer", "decline"]
    decisions = [decided(number, outcome) for number, outcome in enumerate(outcomes)]
    figures = measure(acknowledged(*range(4)), decisions, [granted(number) for number in range(3)])
    assert figures.approval_rate == 0.5


def test_reasons_are_counted_and_the_most_frequent_comes_first() -> None:
    decisions = [decided(1, "decline", reasons=["A", "B"]), decided(2, "refer", reasons=["B"])]
    assert measure(acknowledged(1, 2), decisions, []).reasons == [("B", 2), ("A", 1)]


def test_throughput_runs_from_the_first_submission_to_the_last_decision() -> None:
    decisions = [decided(1, "decline", took_ms=400), decided(2, "decline", after_ms=300, took_ms=200)]
    figures = measure(acknowledged(1, 2), decisions, [])
    assert figures.duration == ms(500)
    assert figures.applications_per_second == 4.0
    assert figures.latency == {"p50": ms(200), "p95": ms(400), "p99": ms(400)}


def test_scores_fall_into_bands_without_gaps() -> None:
    decisions = [
        decided(1, "approve", score=599),
        decided(2, "decline", score=580),
        decided(3, "decline", score=540),
        decided(4, "refer", score=None),
    ]
    assert bands(decisions) == [Band(540, 1, 0), Band(560, 0, 0), Band(580, 2, 1)]


def test_nothing_submitted_gives_figures_all_the_same() -> None:
    figures = measure([], [], [])
    assert (figures.decided, figures.approval_rate, figures.applications_per_second, figures.bands) == (0, 0.0, 0.0, [])
    assert total(figures.granted) is None
