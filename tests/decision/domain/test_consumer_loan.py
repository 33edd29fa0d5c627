"""The policy and the reasons of the consumer loan, as they stand in the catalogue."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.decision.domain.policy import Policy, PolicyError, load_policy
from services.decision.domain.reasons import LANGUAGES, ReasonCatalogue, parse_reasons
from shared.facts import FactValue
from shared.products import parse_product

CATALOGUE = Path(__file__).parents[3] / "deploy/catalogue"


def read(path: str) -> Any:
    return yaml.safe_load((CATALOGUE / path).read_text(encoding="utf-8"))


PRODUCT = parse_product(read("products/consumer-loan.yaml"))
DOCUMENT: dict[str, Any] = read("policies/consumer-loan.yaml")
REASONS: ReasonCatalogue = parse_reasons([read("reasons/platform.yaml"), read("reasons/consumer-loan.yaml")])
POLICY: Policy = load_policy(DOCUMENT, PRODUCT, REASONS)
PROTECTED = [fact.name for fact in PRODUCT.dictionary.facts.values() if fact.protected]


def typical(**change: FactValue | None) -> dict[str, FactValue]:
    """Return the facts of the first golden case, changed."""
    case = {name: PRODUCT.dictionary.facts[name].parse(wire) for name, wire in DOCUMENT["cases"][0]["facts"].items()}
    return {name: value for name, value in {**case, **change}.items() if value is not None}


def test_the_golden_cases_show_every_outcome_that_the_policy_can_give() -> None:
    assert {case["expect"]["outcome"] for case in DOCUMENT["cases"]} == {"approve", "counter_offer", "refer", "decline"}


def test_every_knock_out_can_hit() -> None:
    hitting: list[dict[str, FactValue | None]] = [
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
        answer = POLICY.evaluate(typical(score=605, **change))
        assert answer.trace["tables"]["knock_outs"][row] == "h"
        assert not answer.outcome.grants_credit
        assert answer.reasons[0] == DOCUMENT["knock_outs"]["rows"][row]["reason"]
    assert len(hitting) == len(DOCUMENT["knock_outs"]["rows"])


@pytest.mark.parametrize(
    ("amount_minor", "months", "eligible"),
    [(25_000, 4, True), (24_999, 4, False), (25_000, 3, False), (2_000_000, 72, True), (2_000_001, 72, False)],
)
def test_the_product_has_bounds(amount_minor: int, months: int, eligible: bool) -> None:
    answer = POLICY.evaluate(typical(requested_amount=amount_minor, duration_months=months))
    assert ("h" not in answer.trace["tables"]["eligibility"]) == eligible


def test_a_better_score_never_gives_a_worse_grade_or_a_higher_price() -> None:
    answers = [POLICY.evaluate(typical(score=score), ("SAVINGS_LOW",)) for score in range(420, 650)]
    grades = [answer.grade or "" for answer in answers]
    rates = [answer.rate for answer in answers if answer.rate is not None]
    assert grades == sorted(grades, reverse=True)
    assert rates == sorted(rates, reverse=True)
    severities = [answer.outcome.severity for answer in answers]
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize("score", [525, 565, 595])
def test_an_offer_is_never_above_what_was_asked_for(score: int) -> None:
    for amount in range(25_000, 2_000_001, 12_345):
        answer = POLICY.evaluate(typical(score=score, requested_amount=amount), ("SAVINGS_LOW",))
        if answer.approved_minor is not None:
            assert 0 < answer.approved_minor <= amount
            assert (answer.approved_minor == amount) == (answer.outcome == "approve")


@pytest.mark.parametrize("fact", PROTECTED)
def test_no_rule_may_look_at_a_protected_fact(fact: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["knock_outs"]["rows"][0]["when"][fact] = "-"
    with pytest.raises(PolicyError, match=f"protected fact `{fact}` may not be used"):
        load_policy(document, PRODUCT, REASONS)
    assert fact not in POLICY.program.slot_of


def test_every_reason_is_specific_and_worded_in_every_language() -> None:
    # 12 CFR 1002.9(b)(2): "internal standards or policies" and "failed to achieve a qualifying score" are insufficient.
    generic = re.compile(r"\bscore|internal|polic(y|ies)|standards|评分|内部", re.IGNORECASE)
    for code in REASONS.codes("consumer-loan"):
        reason = REASONS.find(code, "consumer-loan")
        assert reason is not None
        for language in LANGUAGES:
            assert generic.search(reason.wording[language]) is None, code
        assert re.search(r"[一-鿿]", reason.wording["zh"])


def test_every_reason_code_of_the_scorecard_has_wording() -> None:
    scorecard = read("scorecards/consumer-loan.json")
    codes = {characteristic["reason_code"] for characteristic in scorecard["characteristics"]}
    assert codes <= set(REASONS.codes("consumer-loan"))
