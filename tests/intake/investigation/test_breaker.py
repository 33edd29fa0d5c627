"""The breaker against what it promises, whatever happens in whichever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.breaker import Breaker, BreakerSettings, BreakerState

START = datetime(2026, 11, 22, tzinfo=UTC)
SETTINGS = st.builds(
    BreakerSettings,
    failures=st.integers(1, 4),
    window_seconds=st.integers(1, 20),
    pause_seconds=st.integers(1, 20),
    probe_seconds=st.integers(1, 20),
)
STEPS = st.lists(st.tuples(st.sampled_from(["ask", "succeed", "fail"]), st.integers(0, 8)), max_size=60)


@given(SETTINGS, STEPS)
def test_a_breaker_keeps_its_promises(settings: BreakerSettings, steps: list[tuple[str, int]]) -> None:
    breaker, now = Breaker(), START
    opened_at, probed_at = START, START
    for what, seconds in steps:
        now += timedelta(seconds=seconds)
        before = breaker
        if what == "ask":
            breaker, goes_through = breaker.admit(settings, now)
            if before.state is BreakerState.CLOSED:
                assert (goes_through, breaker) == (True, before)
            elif before.state is BreakerState.OPEN:
                assert goes_through == (now >= opened_at + timedelta(seconds=settings.pause_seconds))
            else:
                assert goes_through == (now >= probed_at + timedelta(seconds=settings.probe_seconds))
            if goes_through and before.state is not BreakerState.CLOSED:
                assert breaker.state is BreakerState.HALF_OPEN
                probed_at = now
        elif what == "succeed":
            breaker = breaker.succeeded()
            assert (breaker.state is BreakerState.OPEN) == (before.state is BreakerState.OPEN)
            assert breaker.state is not BreakerState.HALF_OPEN
        else:
            breaker = breaker.failed(settings, now)
            assert before.state is BreakerState.CLOSED or breaker.state is BreakerState.OPEN
        if breaker.state is BreakerState.OPEN and before.state is not BreakerState.OPEN:
            opened_at = now
        window = now - timedelta(seconds=settings.window_seconds)
        young = [moment for moment in breaker.failures if moment > window]
        assert breaker.state is not BreakerState.CLOSED or len(young) < settings.failures
        assert len(breaker.failures) < settings.failures


@given(SETTINGS)
def test_failures_within_the_window_open_it_and_one_answer_to_the_probe_closes_it(settings: BreakerSettings) -> None:
    breaker = Breaker()
    for _ in range(settings.failures):
        assert breaker.state is BreakerState.CLOSED
        breaker = breaker.failed(settings, START)
    assert breaker.state is BreakerState.OPEN
    back = START + timedelta(seconds=settings.pause_seconds)
    breaker, first = breaker.admit(settings, back)
    breaker, second = breaker.admit(settings, back)
    assert (first, second, breaker.state) == (True, False, BreakerState.HALF_OPEN)
    assert breaker.succeeded() == Breaker()


def test_failures_that_lie_apart_open_nothing() -> None:
    settings = BreakerSettings(failures=2, window_seconds=10)
    breaker = Breaker()
    for number in range(20):
        breaker = breaker.failed(settings, START + timedelta(seconds=11 * number))
        assert breaker.state is BreakerState.CLOSED
