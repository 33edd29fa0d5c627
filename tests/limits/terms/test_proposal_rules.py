"""When a second person must look: whenever at any time more could be committed than without the change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.limits.domain.account import Basis
from services.limits.domain.proposal import (
    Change,
    ChangeKind,
    Effect,
    Ground,
    effect,
    is_out_of_date,
    may_be_applied,
    postpones,
)
from services.limits.domain.terms import Step, Term, TermKind, course, in_force
from shared.errors import Refusal
from tests.limits.terms.made import DAYS, base, covered, day, some_terms, temporary, term


def step(limit_minor: int, begins: float = 0, *, cover_minor: int = 0, basis: Basis = Basis.SET) -> Step:
    return Step(day(begins), limit_minor, cover_minor, basis)


UNSET = step(0, basis=Basis.UNSET)
EXPIRED = step(0, basis=Basis.EXPIRED)


@pytest.mark.parametrize(
    ("before", "after", "threshold", "ground"),
    [
        ([step(100)], [step(90)], 0, Ground.NO_INCREASE),
        ([step(100)], [step(100)], 0, Ground.NO_INCREASE),
        ([step(100)], [step(101)], 0, None),
        ([step(100)], [step(101)], 101, Ground.WITHIN_THRESHOLD),
        ([step(100)], [step(101)], 100, None),
        ([step(100)], [step(101)], None, Ground.WITHIN_THRESHOLD),
        # Only later, and only for a while.
        ([step(100)], [step(100), step(150, 3), step(100, 4)], 120, None),
        # More in place of less to come.
        ([step(100), step(0, 5)], [step(100)], 0, None),
        # What one part loses another gains.
        ([step(100)], [step(60, cover_minor=40)], 0, Ground.NO_INCREASE),
        ([step(100)], [step(60, cover_minor=41)], 0, None),
        # A cover is worth nothing where there is no credit.
        ([EXPIRED], [replace(EXPIRED, cover_minor=50)], 0, Ground.NO_INCREASE),
        ([step(100)], [UNSET], 10**9, None),
        ([UNSET], [step(1)], 0, None),
        ([UNSET], [step(0)], 0, Ground.NO_INCREASE),
        ([UNSET], [UNSET], 0, Ground.NO_INCREASE),
        ([step(100)], [UNSET], None, Ground.WITHIN_THRESHOLD),
    ],
)
def test_more_than_before_and_than_the_threshold_needs_a_second_person(
    before: Sequence[Step], after: Sequence[Step], threshold: int | None, ground: Ground | None
) -> None:
    assert may_be_applied(before, after, threshold) is ground


CHANGES = st.builds(
    lambda kind, amount, begins, ends: Change(
        kind,
        amount,
        None if begins is None else day(begins),
        None if ends is None else day(ends),
        covered(1, "0.5").cover if kind is ChangeKind.COVER else None,
    ),
    st.sampled_from([ChangeKind.BASE, ChangeKind.TEMPORARY, ChangeKind.COVER]),
    st.integers(0, 400),
    st.none() | st.integers(3, DAYS),
    st.none() | st.integers(3, DAYS),
)


def maker(now: float = 2) -> Term:
    made = term(TermKind.BASE, None, now, name="new")
    return replace(made, created_at=day(now))


@given(terms=some_terms(), change=CHANGES, default=st.none() | st.integers(0, 200), threshold=st.integers(0, 300))
@settings(max_examples=200)
def test_what_one_person_may_do_never_leads_above_what_was_and_the_threshold(
    terms: list[Term], change: Change, default: int | None, threshold: int
) -> None:
    done = effect(change, terms, maker())
    if isinstance(done, Refusal):
        return
    before, after = course(terms, default, day(2)), course(done.on(terms), default, day(2))
    ground = may_be_applied(before, after, threshold)
    for number in range(2, DAYS + 2):
        had, has = in_force(terms, default, day(number)), in_force(done.on(terms), default, day(number))
        room = 0 if has.limit_minor == 0 else has.limit_minor + has.cover_minor
        had_room = 0 if had.limit_minor == 0 else had.limit_minor + had.cover_minor
        if ground is Ground.NO_INCREASE:
            assert room <= had_room
        elif ground is Ground.WITHIN_THRESHOLD:
            assert room <= max(had_room, threshold)


@given(terms=some_terms(), change=CHANGES, default=st.none() | st.integers(0, 200))
@settings(max_examples=100)
def test_a_limit_that_is_set_for_now_is_what_is_in_force_now(
    terms: list[Term], change: Change, default: int | None
) -> None:
    change = replace(change, kind=ChangeKind.BASE, effective_from=None, cover=None)
    done = effect(change, terms, maker())
    assert isinstance(done, Effect)
    found = in_force(done.on(terms), default, day(2))
    raised = sum(
        entry.amount_minor or 0 for entry in terms if entry.kind is TermKind.TEMPORARY and entry.is_in_force(day(2))
    )
    assert found.limit_minor == (change.amount_minor + raised if change.amount_minor else 0)


def test_an_end_of_a_term_that_ends_before_is_a_conflict() -> None:
    terms = [base(100), temporary(50, 0, 5)]
    late = effect(Change(ChangeKind.END, term_id="temporary", effective_to=day(5)), terms, maker())
    assert isinstance(late, Refusal)
    assert late.code == "term_ends_before"
    early = effect(Change(ChangeKind.END, term_id="temporary", effective_to=day(4)), terms, maker())
    assert isinstance(early, Effect)
    assert in_force(early.on(terms), None, day(4)).limit_minor == 100


def test_what_would_be_over_is_out_of_date() -> None:
    assert is_out_of_date(Change(ChangeKind.TEMPORARY, 1, effective_to=day(2)), day(2))
    assert not is_out_of_date(Change(ChangeKind.TEMPORARY, 1, effective_to=day(3)), day(2))


@pytest.mark.parametrize(
    ("due_before", "due_after", "every_before", "every_after", "later"),
    [
        (None, date(2030, 1, 1), None, None, False),
        (date(2030, 1, 1), date(2029, 1, 1), None, None, False),
        (date(2030, 1, 1), date(2030, 1, 2), None, None, True),
        (None, date(2030, 1, 1), 90, 180, True),
        (None, date(2030, 1, 1), 180, 90, False),
        (None, date(2030, 1, 1), None, 90, False),
    ],
)
def test_to_review_later_or_less_often_is_to_put_it_off(
    due_before: date | None, due_after: date, every_before: int | None, every_after: int | None, later: bool
) -> None:
    assert postpones(due_before, due_after, every_before, every_after) is later
