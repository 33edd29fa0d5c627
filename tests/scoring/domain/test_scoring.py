"""What a scorecard answers: points, PD and reasons."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.scorecard import Score, load_scorecard
from shared.facts import FactValue
from tests.scoring.domain.small import SMALL_PRODUCT, changed, small_document

SMALL = load_scorecard(small_document(), SMALL_PRODUCT)
BEST: dict[str, FactValue] = {
    "requested_amount": 99_999,
    "debt_ratio": Decimal("0.34"),
    "purpose": "car",
    "home_owner": True,
}

any_facts = st.fixed_dictionaries(
    {},
    optional={
        "requested_amount": st.integers(-(10**15), 10**15),
        "debt_ratio": st.decimals(allow_nan=False, allow_infinity=False, places=2),
        "purpose": st.sampled_from(["car", "boat", "holiday", "unknown"]) | st.text(),
        "home_owner": st.booleans(),
        "age_years": st.integers(18, 99),
    },
)


def points_of(answer: Score, characteristic: str) -> int:
    return next(each.points for each in answer.points if each.characteristic == characteristic)


@pytest.mark.parametrize(
    ("fact", "value", "points"),
    [
        ("requested_amount", 99_999, 200),
        ("requested_amount", 100_000, 160),
        ("requested_amount", -5, 200),
        ("requested_amount", None, 160),
        ("debt_ratio", Decimal("0.34"), 150),
        ("debt_ratio", Decimal("0.35"), 130),
        ("debt_ratio", None, 125),
        ("purpose", "car", 150),
        ("purpose", "unknown", 140),
        ("purpose", "holiday", 110),
        ("purpose", None, 120),
        ("home_owner", True, 100),
        ("home_owner", False, 80),
        ("home_owner", None, 80),
    ],
)
def test_a_value_earns_the_points_of_its_bin(fact: str, value: FactValue | None, points: int) -> None:
    facts = {} if value is None else {fact: value}
    assert points_of(SMALL.score(facts), fact) == points


def test_the_base_score_stands_for_the_base_odds() -> None:
    answer = SMALL.score(BEST)
    assert answer.score == 600
    assert answer.pd == Decimal("0.032258")  # 1 / (1 + 30)


def test_each_doubling_of_points_doubles_the_odds() -> None:
    assert SMALL.scaling.pd(620) == Decimal("0.016393")  # 1 / (1 + 60)
    assert SMALL.scaling.pd(580) == Decimal("0.062500")  # 1 / (1 + 15)


def test_the_best_application_has_no_reason_against_it() -> None:
    assert SMALL.score(BEST).reasons == ()


def test_reasons_come_with_the_largest_shortfall_first_and_ties_in_characteristic_order() -> None:
    facts: dict[str, FactValue] = {
        "requested_amount": 100_000,
        "debt_ratio": Decimal("0.40"),
        "purpose": "holiday",
        "home_owner": False,
    }
    answer = SMALL.score(facts)
    assert [(each.code, each.shortfall_millipoints) for each in answer.reasons] == [
        ("PURPOSE_RISK", 30_000),
        ("AMOUNT_TOO_HIGH", 20_000),
        ("DEBT_TOO_HIGH", 10_000),
        ("HOUSING_TENURE", 10_000),
    ]


def test_a_reason_code_that_two_characteristics_share_is_given_once_with_its_larger_shortfall() -> None:
    def share_code(document: dict[str, Any]) -> None:
        document["characteristics"][1]["reason_code"] = "AMOUNT_TOO_HIGH"

    card = load_scorecard(changed(share_code), SMALL_PRODUCT)
    answer = card.score(BEST | {"requested_amount": 100_000, "debt_ratio": Decimal("0.40")})
    assert [(each.code, each.characteristic) for each in answer.reasons] == [("AMOUNT_TOO_HIGH", "requested_amount")]


def test_no_more_reasons_are_given_than_the_scorecard_says() -> None:
    def only_two(document: dict[str, Any]) -> None:
        document["reasons"]["limit"] = 2
        document["golden_vectors"][0]["reasons"].pop()

    card = load_scorecard(changed(only_two), SMALL_PRODUCT)
    assert [each.code for each in card.score({}).reasons] == ["AMOUNT_TOO_HIGH", "PURPOSE_RISK"]


@given(any_facts)
def test_any_facts_get_a_score_that_is_the_sum_of_their_points(facts: dict[str, FactValue]) -> None:
    answer = SMALL.score(facts)
    assert answer.score == sum(each.points for each in answer.points)
    assert [each.characteristic for each in answer.points] == [each.name for each in SMALL.characteristics]
    assert SMALL.lowest_score <= answer.score <= SMALL.highest_score


@given(any_facts)
def test_the_pd_is_the_one_that_the_scaling_gives_for_the_score(facts: dict[str, FactValue]) -> None:
    answer = SMALL.score(facts)
    assert answer.pd == SMALL.scaling.pd(answer.score)
    assert answer.pd.as_tuple().exponent == -6


@given(any_facts, any_facts)
def test_a_higher_score_never_has_a_higher_pd(one: dict[str, FactValue], other: dict[str, FactValue]) -> None:
    low, high = sorted((SMALL.score(one), SMALL.score(other)), key=lambda answer: answer.score)
    assert low.pd >= high.pd


@given(any_facts)
def test_removing_the_cause_of_a_reason_raises_the_score_and_takes_the_reason_away(
    facts: dict[str, FactValue],
) -> None:
    answer = SMALL.score(facts)
    for reason in answer.reasons:
        better = SMALL.score(facts | {reason.characteristic: BEST[reason.characteristic]})
        assert better.score > answer.score
        assert reason.code not in [each.code for each in better.reasons]


@given(any_facts)
def test_the_reasons_are_the_largest_shortfalls_and_all_above_zero(facts: dict[str, FactValue]) -> None:
    answer = SMALL.score(facts)
    references = {"requested_amount": 180_000, "debt_ratio": 140_000, "purpose": 140_000, "home_owner": 90_000}
    shortfalls = [references[each.characteristic] - 1000 * each.points for each in answer.points]
    expected = sorted((each for each in shortfalls if each > 0), reverse=True)
    assert [each.shortfall_millipoints for each in answer.reasons] == expected


@given(any_facts, st.integers(18, 99))
def test_a_fact_outside_the_scorecard_changes_nothing(facts: dict[str, FactValue], age: int) -> None:
    assert SMALL.score(facts) == SMALL.score(facts | {"age_years": age})
