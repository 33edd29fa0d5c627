"""Which limit and which cover are in force at a time, and until when."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.limits.domain.account import Basis
from services.limits.domain.terms import Term, TermKind, course, in_force, rest
from shared.money import MAX_MINOR
from tests.limits.terms.made import DAYS, base, covered, day, some_terms, temporary, term

_INSTANT = timedelta(microseconds=1)
DEFAULTS = st.none() | st.integers(0, 200)
MOMENTS = [day(number / 2) for number in range(2 * DAYS + 4)]


def limit_on(terms: Sequence[Term], number: float, default_minor: int | None = None) -> tuple[int, Basis]:
    found = in_force(terms, default_minor, day(number))
    return found.limit_minor, found.basis


def test_without_any_term_the_default_of_the_product_holds() -> None:
    assert limit_on([], 0, 500) == (500, Basis.DEFAULT)
    assert limit_on([], 0, 0) == (0, Basis.DEFAULT)
    assert limit_on([], 0, None) == (0, Basis.UNSET)


def test_the_base_that_began_last_speaks() -> None:
    terms = [base(100, 0, name="a"), base(300, 5, name="b"), base(200, 2, name="c")]
    assert [limit_on(terms, number)[0] for number in (0, 1.9, 2, 4.9, 5, 9)] == [100, 100, 200, 200, 300, 300]


def test_a_base_that_has_run_out_leaves_no_credit_and_no_older_base_comes_back() -> None:
    terms = [base(100, 0, name="old"), base(200, 2, 4, name="new")]
    assert limit_on(terms, 3) == (200, Basis.SET)
    assert limit_on(terms, 4, default_minor=50) == (0, Basis.EXPIRED)


def test_a_base_without_an_amount_goes_back_to_the_default() -> None:
    terms = [base(100, 0, name="set"), base(None, 2, name="unset")]
    assert limit_on(terms, 2, 70) == (70, Basis.DEFAULT)
    assert limit_on(terms, 2) == (0, Basis.UNSET)


def test_a_base_that_was_ended_before_it_began_never_speaks() -> None:
    terms = [base(100, 0, name="set"), base(900, 5, 3, name="called off")]
    assert limit_on(terms, 6) == (100, Basis.SET)


def test_temporary_increases_add_up_and_lapse_by_themselves() -> None:
    terms = [base(100), temporary(50, 1, 4, name="a"), temporary(30, 2, 3, name="b")]
    assert [limit_on(terms, number)[0] for number in (0, 1, 2, 3, 4)] == [100, 150, 180, 150, 100]


def test_a_temporary_increase_is_of_the_default_too() -> None:
    assert limit_on([temporary(50, 1, 4)], 2, 100) == (150, Basis.DEFAULT)


@pytest.mark.parametrize("terms", [[base(0)], [base(100, 0, 1)], []])
def test_a_temporary_increase_of_no_credit_is_no_credit(terms: list[Term]) -> None:
    assert in_force([*terms, temporary(50, 0, 9)], None, day(2)).limit_minor == 0


@pytest.mark.parametrize(
    ("share", "cap", "counts"),
    [("1", None, 999), ("0.8", None, 799), ("0.333333", None, 332), ("0.8", 500, 500), ("0.8", 0, 0), ("0", None, 0)],
)
def test_of_a_security_the_eligible_share_counts_up_to_its_cap(share: str, cap: int | None, counts: int) -> None:
    assert in_force([covered(999, share, cap)], None, day(0)).cover_minor == counts


def test_covers_add_up_until_they_run_out() -> None:
    terms = [base(100), covered(40, begins=0, ends=3, name="a"), covered(60, begins=1, name="b")]
    assert [in_force(terms, None, day(number)).cover_minor for number in (0, 1, 3)] == [40, 100, 60]


def test_nothing_in_force_is_more_than_an_amount_can_be() -> None:
    terms = [base(MAX_MINOR), temporary(MAX_MINOR, 0, 9), covered(MAX_MINOR)]
    found = in_force(terms, None, day(0))
    assert (found.limit_minor, found.cover_minor) == (MAX_MINOR, 0)


def test_a_decision_from_a_clock_that_is_ahead_holds_at_once_and_still_outranks_older_ones() -> None:
    ahead = term(TermKind.BASE, 300, 1, stated=3, name="ahead", decision_id="dec_ahead")
    later = term(TermKind.BASE, 100, 2, name="later", decision_id="dec_later")
    assert [limit_on([ahead, later], number)[0] for number in (1, 2, 3)] == [300, 300, 300]


@given(terms=some_terms(), default=DEFAULTS)
@settings(max_examples=150)
def test_the_next_change_is_told_to_the_instant(terms: list[Term], default: int | None) -> None:
    for t in MOMENTS:
        now = in_force(terms, default, t)
        said = (now.limit_minor, now.cover_minor, now.basis)
        until = now.changes_at
        for moment in MOMENTS:
            if t <= moment and (until is None or moment < until):
                then = in_force(terms, default, moment)
                assert (then.limit_minor, then.cover_minor, then.basis) == said
        if until is not None:
            assert until > t
            just_before, at_once = in_force(terms, default, until - _INSTANT), in_force(terms, default, until)
            assert (just_before.limit_minor, just_before.cover_minor, just_before.basis) == said
            assert (at_once.limit_minor, at_once.cover_minor, at_once.basis) != said


@given(terms=some_terms().flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))), default=DEFAULTS)
@settings(max_examples=100)
def test_it_does_not_matter_in_which_order_terms_arrived(
    terms: tuple[list[Term], list[Term]], default: int | None
) -> None:
    made, shuffled = terms
    assert all(in_force(made, default, t) == in_force(shuffled, default, t) for t in MOMENTS)


@given(terms=some_terms(), default=DEFAULTS, start=st.integers(0, DAYS), later=st.integers(0, DAYS))
@settings(max_examples=100)
def test_a_course_says_at_every_time_what_is_in_force_then(
    terms: list[Term], default: int | None, start: int, later: int
) -> None:
    steps = course(terms, default, day(start))
    for t in MOMENTS:
        if t >= day(start):
            now = in_force(terms, default, t)
            (step, *following) = rest(steps, t)
            assert (step.since, step.limit_minor, step.cover_minor, step.basis) == (
                t,
                now.limit_minor,
                now.cover_minor,
                now.basis,
            )
            assert now.changes_at == (following[0].since if following else None)
    if later >= start:
        assert rest(steps, day(later)) == course(terms, default, day(later))
