"""Loops turn no more often than is good for anybody, and an idle one loses no time by that."""

import pytest

from shared.pace import MOST_REST_SECONDS, Pace


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turn(pace: Pace, clock: Clock, lasting: float) -> None:
    """Wait as told, and take a turn."""
    clock.seconds += pace.wait_seconds() + lasting
    pace.ended()


def test_a_loop_that_has_rested_starts_at_once(clock: Clock) -> None:
    pace = Pace(0.01, clock)
    assert pace.wait_seconds() == 0
    turn(pace, clock, lasting=0.004)
    clock.seconds += 1
    assert pace.wait_seconds() == 0


def test_short_turns_begin_at_a_fixed_distance(clock: Clock) -> None:
    pace = Pace(0.01, clock)
    turn(pace, clock, lasting=0.002)
    assert pace.wait_seconds() == pytest.approx(0.008)


def test_a_loop_rests_for_as_long_as_it_has_worked_and_no_longer_than_the_bound(clock: Clock) -> None:
    pace = Pace(0.01, clock)
    turn(pace, clock, lasting=0.02)
    assert pace.wait_seconds() == pytest.approx(0.02)
    pace = Pace(0.01, clock)
    turn(pace, clock, lasting=5)
    assert pace.wait_seconds() == pytest.approx(MOST_REST_SECONDS)
