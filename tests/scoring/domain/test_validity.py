"""When a score stands, and what makes it stale."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.result import Model, Scored, score_facts
from services.scoring.domain.score import Failure
from services.scoring.domain.scorecard import load_scorecard
from services.scoring.domain.validity import Stale, Standing, give
from tests.scoring.domain.small import SMALL_PRODUCT, changed

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "requested_amount": {"amount_minor": 100_000, "currency": "EUR"},
    "debt_ratio": "0.34",
    "purpose": "boat",
    "home_owner": True,
}


def model(days: int | None = 30, version: int = 1) -> Model:
    def state(document: dict[str, Any]) -> None:
        document["version"] = version
        if days is not None:
            document["validity"] = {"days": days}

    return Model(SMALL_PRODUCT, load_scorecard(changed(state), SMALL_PRODUCT))


MONTHLY, REPLACED, LASTING = model(30), model(30, version=2), model(None)


def standing(scored: Scored, at: datetime) -> Standing:
    """Return what is known of an answer that was given at a moment."""
    return give(scored, at).standing


@given(st.integers(0, 30 * 86_400 - 1))
def test_a_score_is_given_again_with_its_moments_until_it_expires(seconds: int) -> None:
    last = standing(score_facts(MONTHLY, FACTS), NOW)
    answer = give(score_facts(MONTHLY, FACTS), NOW + timedelta(seconds=seconds), last)
    assert answer.again
    assert (answer.scored_at, answer.valid_until) == (NOW, NOW + timedelta(days=30))


def test_a_score_expires_at_the_end_of_its_validity_and_the_new_one_has_its_own() -> None:
    end = NOW + timedelta(days=30)
    answer = give(score_facts(MONTHLY, FACTS), end, standing(score_facts(MONTHLY, FACTS), NOW))
    assert (answer.again, answer.anew_because) == (False, (Stale.EXPIRED,))
    assert (answer.scored_at, answer.valid_until) == (end, end + timedelta(days=30))


def test_a_score_of_a_model_without_validity_stands_for_as_long_as_nothing_changes() -> None:
    last = standing(score_facts(LASTING, FACTS), NOW)
    answer = give(score_facts(LASTING, FACTS), NOW + timedelta(days=10_000), last)
    assert (answer.again, answer.valid_until) == (True, None)


def test_every_reason_why_a_score_does_not_stand_is_named() -> None:
    last = standing(score_facts(MONTHLY, FACTS), NOW)
    answer = give(score_facts(REPLACED, FACTS | {"purpose": "car"}), NOW + timedelta(days=31), last)
    assert answer.anew_because == (Stale.EXPIRED, Stale.MODEL_REPLACED, Stale.INPUTS_CHANGED)


@given(
    st.sampled_from(
        [
            {"debt_ratio": "0.35"},
            {"debt_ratio": None},
            {"purpose": "car"},
            {"home_owner": False},
            {"requested_amount": {"amount_minor": 100_001, "currency": "EUR"}},
        ]
    )
)
def test_any_fact_that_the_model_reads_makes_a_difference(change: dict[str, Any]) -> None:
    last = standing(score_facts(MONTHLY, FACTS), NOW)
    assert give(score_facts(MONTHLY, FACTS | change), NOW, last).anew_because == (Stale.INPUTS_CHANGED,)


@given(st.sampled_from([{"debt_ratio": "0.340"}, {"age_years": 61}, {"started_on": "2020-02-29"}, {"age_years": None}]))
def test_other_facts_and_other_ways_to_write_a_value_make_none(change: dict[str, Any]) -> None:
    assert score_facts(MONTHLY, FACTS | change).inputs_hash == score_facts(MONTHLY, FACTS).inputs_hash


def test_an_answer_without_a_score_does_not_stand() -> None:
    failed = Standing(False, None, None, NOW, None)
    assert failed.stale_because(None, NOW) == (Stale.NO_SCORE,)
    assert give(score_facts(MONTHLY, FACTS), NOW, failed).anew_because == (Stale.NO_SCORE,)


def test_a_score_kept_by_an_earlier_release_is_given_anew() -> None:
    scored = score_facts(MONTHLY, FACTS)
    assert scored.model is not None
    early = Standing(True, scored.model.content_hash, None, NOW, None)
    assert give(scored, NOW, early).anew_because == (Stale.INPUTS_CHANGED,)


def test_without_a_model_or_readable_facts_there_is_no_score_and_no_validity() -> None:
    unread = score_facts(MONTHLY, FACTS | {"debt_ratio": 0.34})
    assert (unread.failure, unread.inputs_hash) == (Failure.INVALID_FACTS, None)
    for scored in (unread, score_facts(None, FACTS)):
        answer = give(scored, NOW, standing(score_facts(MONTHLY, FACTS), NOW))
        assert (answer.again, answer.valid_until, answer.anew_because) == (False, None, ())
