"""Policy and score brought together."""

from decimal import Decimal

import pytest

from services.decision.domain.decision import Outcome, ScoreOutcome, decide
from shared.facts import FactValue, SoundFacts
from shared.products import Product
from tests.decision.domain.catalogue.books import book
from tests.decision.domain.policy.small import AS_OF, GOOD, PRODUCT, policy

POLICY = policy()
APPLICATION = SoundFacts(GOOD, PRODUCT.dictionary).without(("score", "pd"))
SCORE = ScoreOutcome(640, Decimal("0.010000"), ("HISTORY_SHORT",), "card", "1", "0" * 64)


def test_score_and_pd_of_the_model_become_facts() -> None:
    decided = decide(PRODUCT, POLICY, APPLICATION, SCORE, AS_OF)
    assert decided == POLICY.evaluate(GOOD, ("HISTORY_SHORT",), AS_OF)
    assert decided.outcome is Outcome.APPROVE


def test_a_score_in_the_application_does_not_stand_in_for_that_of_the_model() -> None:
    weak = ScoreOutcome(400, Decimal("0.4"), ("HISTORY_SHORT",), "card", "1", "0" * 64)
    assert decide(PRODUCT, POLICY, APPLICATION.with_values({"score": 900}), weak, AS_OF).outcome is Outcome.DECLINE
    assert decide(PRODUCT, POLICY, APPLICATION.with_values({"score": 900}), None, AS_OF).outcome is Outcome.REFER


def test_without_a_policy_the_application_is_referred() -> None:
    decided = decide(PRODUCT, None, APPLICATION, SCORE, AS_OF)
    assert (decided.outcome, decided.reasons, decided.approved_minor) == ("refer", ("POLICY_UNAVAILABLE",), None)


def test_the_policy_of_another_product_is_no_policy() -> None:
    other = Product("loan", "Loan", PRODUCT.currency, PRODUCT.dictionary)
    assert decide(other, POLICY, APPLICATION, SCORE, AS_OF).reasons == ("POLICY_UNAVAILABLE",)


@pytest.mark.parametrize("change", [{}, {"dti": Decimal("0.9")}, {"requested_amount": 1}])
def test_without_a_score_the_application_is_referred_with_what_the_rules_found(change: dict[str, FactValue]) -> None:
    decided = decide(PRODUCT, POLICY, APPLICATION.with_values(change), None, AS_OF)
    assert (decided.outcome, decided.reasons, decided.approved_minor) == ("refer", ("SCORE_UNAVAILABLE",), None)
    assert decided.trace["tables"]["grade"] == "mmm"


@pytest.mark.parametrize("name", ["sme-loan", "trade-credit"])
def test_a_product_without_scored_facts_is_decided_without_a_score(name: str) -> None:
    found = book(name)
    facts = SoundFacts(found.facts(found.typical), found.product.dictionary)
    decided = decide(found.product, found.policy, facts, None, AS_OF)
    assert decided == found.policy.evaluate(facts, (), AS_OF)
    assert (decided.outcome, decided.reasons) == (Outcome.APPROVE, ())
    assert decided.conditions
    assert decided.other_terms


@pytest.mark.parametrize("name", ["sme-loan", "trade-credit"])
def test_a_score_that_a_product_has_no_fact_for_changes_nothing(name: str) -> None:
    found = book(name)
    facts = SoundFacts(found.facts(found.typical), found.product.dictionary)
    scored = decide(found.product, found.policy, facts, SCORE, AS_OF)
    unscored = decide(found.product, found.policy, facts, None, AS_OF)
    assert scored._replace(trace=unscored.trace) == unscored


def test_the_gravest_finding_prevails() -> None:
    assert sorted(Outcome, key=lambda outcome: outcome.severity) == [
        "approve",
        "counter_offer",
        "refer",
        "pend_info",
        "decline",
    ]
