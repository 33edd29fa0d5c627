"""The consumer loan: what its score, its knock-outs and its bounds come to."""

from decimal import Decimal
from typing import Any

import pytest

from services.decision.domain.policy import Evaluation
from tests.decision.domain.catalogue.books import AS_OF, book, read

LOAN = book("consumer-loan")
DOCUMENT: dict[str, Any] = LOAN.document


def answer(*score_reasons: str, **change: Any) -> Evaluation:
    """Return what the policy says to the typical applicant, changed; amounts are in pfennig."""
    return LOAN.policy.evaluate({**LOAN.facts(LOAN.typical), **change}, score_reasons, AS_OF)


def test_every_knock_out_can_hit() -> None:
    hitting: list[dict[str, Any]] = [
        {
            "checking_status": "<0 DM",
            "savings_status": "<100 DM",
            "credit_history": "delay in paying off in the past",
        },
        {"checking_status": "<0 DM", "savings_status": "<100 DM", "requested_amount": 750_001},
        {"checking_status": "<0 DM", "other_installment_plans": "stores", "installment_rate_pct_of_income": 4},
        {"employment_since": "unemployed", "installment_rate_pct_of_income": 4, "checking_status": "<0 DM"},
        {"requested_amount": 1_000_001, "duration_months": 37},
        {"purpose": "vacation", "duration_months": 25},
        {"existing_credits": 4},
    ]
    for row, change in enumerate(hitting):
        found = answer(**{"score": 605, **change})
        assert found.trace["tables"]["knock_outs"][row] == "h"
        assert not found.outcome.grants_credit
        assert found.reasons[0] == DOCUMENT["knock_outs"]["rows"][row]["reason"]
    assert len(hitting) == len(DOCUMENT["knock_outs"]["rows"])


@pytest.mark.parametrize(
    ("amount_minor", "months", "eligible"),
    [(25_000, 4, True), (24_999, 4, False), (25_000, 3, False), (2_000_000, 72, True), (2_000_001, 72, False)],
)
def test_the_product_has_bounds(amount_minor: int, months: int, eligible: bool) -> None:
    found = answer(requested_amount=amount_minor, duration_months=months)
    assert ("h" not in found.trace["tables"]["eligibility"]) == eligible


def test_a_better_score_never_gives_a_worse_grade_or_a_higher_price() -> None:
    answers = [answer("SAVINGS_LOW", score=score) for score in range(420, 650)]
    grades = [found.grade or "" for found in answers]
    rates = [found.rate for found in answers if found.rate is not None]
    assert grades == sorted(grades, reverse=True)
    assert rates == sorted(rates, reverse=True)
    severities = [found.outcome.severity for found in answers]
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize("score", [525, 565, 595])
def test_an_offer_is_never_above_what_was_asked_for(score: int) -> None:
    for amount in range(25_000, 2_000_001, 12_345):
        found = answer("SAVINGS_LOW", score=score, requested_amount=amount)
        if found.approved_minor is not None:
            assert 0 < found.approved_minor <= amount
            assert (found.approved_minor == amount) == (found.outcome == "approve")


def test_every_reason_code_of_the_scorecard_has_wording() -> None:
    scorecard = read("scorecards/consumer-loan.json")
    codes = {characteristic["reason_code"] for characteristic in scorecard["characteristics"]}
    assert codes <= set(LOAN.reasons.codes("consumer-loan"))


@pytest.mark.parametrize(("score", "rate"), [("595", "0.069"), ("565", "0.079"), ("525", "0.099")])
def test_the_instalments_pay_the_credit_off_to_within_a_pfennig_a_month(score: str, rate: str) -> None:
    found = answer("SAVINGS_LOW", score=int(score), requested_amount=480_000)
    instalment = found.other_terms["monthly_instalment"]
    assert isinstance(instalment, dict)
    owed, months, monthly = Decimal(480_000), 18, Decimal(rate) / 12
    for _ in range(months):
        owed = owed * (1 + monthly) - instalment["amount_minor"]
    assert abs(owed) <= months
