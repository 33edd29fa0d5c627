"""What is live when, read from the history of activations."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.governance.timeline import Activation, course, live_at, live_since

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def entry(sequence: int, revision: int | None, begin: float, end: float | None = None) -> Activation:
    return Activation(sequence, f"ver_{revision}", revision, at(begin), None if end is None else at(end))


def revision_at(history: list[Activation], hours: float) -> int | None:
    found = live_at(history, at(hours))
    return None if found is None else found.revision


def test_the_one_that_began_last_is_live() -> None:
    history = [entry(1, 1, 0), entry(2, 2, 5), entry(3, 3, 2)]
    assert [revision_at(history, hours) for hours in (-1, 0, 1, 2, 4, 5, 9)] == [None, 1, 1, 3, 3, 2, 2]


def test_what_was_live_before_returns_when_a_version_ends() -> None:
    history = [entry(1, 1, 0), entry(2, 2, 2, 4)]
    assert [revision_at(history, hours) for hours in (1, 2, 3.9, 4)] == [1, 2, 2, 1]
    assert live_since(history, at(5)) == at(4)
    assert [moment for moment, _ in course(history, at(1))] == [at(1), at(2), at(4)]


def test_what_was_taken_back_was_never_there() -> None:
    history = [entry(1, 1, 0), entry(2, 2, 2), Activation(3, "ver_2", None, at(2), voids=2)]
    assert revision_at(history, 3) == 1
    assert [live and live.revision for _, live in course(history, at(1))] == [1]


def test_nothing_is_live_after_a_version_was_retired() -> None:
    assert revision_at([entry(1, 1, 0), entry(2, None, 1)], 2) is None
    assert live_since([entry(1, 1, 0), entry(2, None, 1)], at(2)) is None


def test_a_version_that_is_put_back_is_live_since_then() -> None:
    history = [entry(1, 1, 0), entry(2, 2, 1), entry(3, 1, 2), entry(4, 1, 3)]
    assert live_since(history, at(5)) == at(2)


histories = st.lists(
    st.tuples(st.integers(1, 4) | st.none(), st.integers(-10, 10), st.none() | st.integers(1, 10)), max_size=8
).map(
    lambda rows: [
        entry(number, revision, begin, None if length is None else begin + length)
        for number, (revision, begin, length) in enumerate(rows, 1)
    ]
)


@settings(max_examples=200)
@given(histories, st.integers(-12, 22))
def test_the_course_says_at_every_moment_what_is_live_then(history: list[Activation], later: int) -> None:
    now = at(-12)
    told = [live for moment, live in course(history, now) if moment <= at(later)][-1]
    assert told == live_at(history, at(later))


@settings(max_examples=200)
@given(histories, st.integers(-12, 22))
def test_a_new_activation_is_live_from_now_whatever_was_there_before(history: list[Activation], hours: int) -> None:
    past = [held for held in history if held.effective_from <= at(hours)]
    new = entry(len(history) + 1, 9, hours)
    assert live_at([*past, new], at(hours)) == new


@settings(max_examples=200)
@given(histories, st.integers(-12, 22))
def test_what_is_live_has_been_live_since_then_without_a_break(history: list[Activation], hours: int) -> None:
    since = live_since(history, at(hours))
    current = live_at(history, at(hours))
    if since is None or current is None:
        assert current is None
        return
    moments = [since + timedelta(minutes=30 * n) for n in range(int((at(hours) - since) / timedelta(minutes=30)) + 1)]
    assert {held.revision if (held := live_at(history, moment)) else None for moment in moments} == {current.revision}
    before = live_at(history, since - timedelta(microseconds=1))
    assert before is None or before.revision != current.revision
