"""Reasons of any score of any scorecard: the largest shortfalls, each code once, ties in a stated order."""

import random

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.score import Reason, Score, Unscorable
from services.scoring.domain.scorecard import Scorecard
from shared.facts import FactValue
from tests.scoring.domain import made_up

Facts = dict[str, FactValue]


@st.composite
def scored(draw: st.DrawFn) -> tuple[Scorecard, Facts, Score]:
    """Draw a scorecard and facts that it gives a score."""
    dice = random.Random(draw(st.integers(0, 2**32)))
    card = made_up.scorecard(dice)
    for facts in made_up.applications(dice, 10):
        try:
            return card, facts, card.score(facts)
        except Unscorable:
            continue
    return draw(scored())


def shortfalls(card: Scorecard, facts: Facts) -> list[Reason]:
    """Return every shortfall in the order of the characteristics."""
    found = [each.bin_of(facts.get(each.name)).reason for each in card.characteristics]
    return [reason for reason in found if reason is not None]


@given(scored())
def test_no_code_is_given_twice_and_never_more_than_the_scorecard_says(drawn: tuple[Scorecard, Facts, Score]) -> None:
    card, facts, answer = drawn
    codes = [reason.code for reason in answer.reasons]
    assert len(set(codes)) == len(codes)
    assert len(codes) == min(card.reason_limit, len({reason.code for reason in shortfalls(card, facts)}))


@given(scored())
def test_what_is_left_out_is_no_larger_than_what_is_given(drawn: tuple[Scorecard, Facts, Score]) -> None:
    card, facts, answer = drawn
    given_codes = {reason.code for reason in answer.reasons}
    smallest = min((reason.shortfall_millipoints for reason in answer.reasons), default=0)
    for reason in shortfalls(card, facts):
        if reason.code not in given_codes:
            assert reason.shortfall_millipoints <= smallest
        else:
            (named,) = (each for each in answer.reasons if each.code == reason.code)
            assert reason.shortfall_millipoints <= named.shortfall_millipoints


@given(scored())
def test_equal_shortfalls_come_in_the_order_of_the_characteristics(drawn: tuple[Scorecard, Facts, Score]) -> None:
    card, _, answer = drawn
    place = {each.name: at for at, each in enumerate(card.characteristics)}
    ranks = [(-reason.shortfall_millipoints, place[reason.characteristic]) for reason in answer.reasons]
    assert ranks == sorted(ranks)
    assert all(reason.shortfall_millipoints > 0 for reason in answer.reasons)


@given(scored())
def test_a_score_is_the_sum_of_its_points_and_has_the_pd_and_the_grade_of_that_sum(
    drawn: tuple[Scorecard, Facts, Score],
) -> None:
    card, _, answer = drawn
    assert answer.score == sum(each.points for each in answer.points)
    assert answer.pd == card.scaling.pd(answer.score)
    assert answer.grade == card.grade_by_score[answer.score - card.lowest_score]
