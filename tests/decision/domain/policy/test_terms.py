"""What is granted: limit, price, other terms, and the conditions before money moves."""

from decimal import Decimal
from typing import Any

import pytest

from services.decision.domain.policy import expand_trace
from tests.decision.domain.policy.small import AS_OF, GOOD, changed, evaluated, policy

TERMS: dict[str, Any] = {
    "limit": "min(requested_amount, income * 0.5)",
    "less_reason": "INCOME_LOW",
    "rate": "rate + (if limit > 1500 then -0.0050 else 0)",
    "other_terms": {
        "payment_days": {"type": "integer", "value": "30"},
        "fee": {"type": "money", "value": "limit * 0.0101"},
        "margin": {"type": "decimal", "scale": 4, "value": "rate / 3"},
        "review": {"type": "date", "value": 'today() + duration("P1Y")'},
    },
}
POLICY = policy(changed("terms/approve", TERMS))


def test_the_price_is_rounded_to_six_places_and_the_other_terms_to_their_types() -> None:
    found = evaluated(POLICY, GOOD)
    assert (found.approved_minor, str(found.rate)) == (200_000, "0.085000")
    assert found.other_terms == {
        "payment_days": 30,
        "fee": {"amount_minor": 2_020, "currency": "USD"},
        "margin": "0.0283",
        "review": "2027-11-21",
    }
    assert found.trace["outputs"] == {
        "grade": "A",
        "offer": "approve",
        "rate": "0.0900",
        "approved_minor": 200_000,
        "approved_rate": "0.085000",
        "outcome": "approve",
    }


@pytest.mark.parametrize(("change", "outcome"), [({"dti": None}, "refer"), ({"dti": Decimal("0.9")}, "decline")])
def test_nothing_is_granted_with_an_outcome_that_grants_nothing(change: dict[str, Any], outcome: str) -> None:
    found = evaluated(POLICY, {**GOOD, **change})
    assert (found.outcome, found.approved_minor, found.rate, found.other_terms) == (outcome, None, None, {})


def test_an_approval_of_less_than_was_asked_for_is_a_counter_offer_with_its_reason() -> None:
    found = evaluated(POLICY, {**GOOD, "income": 399_999})
    assert (found.outcome, found.approved_minor, found.reasons) == ("counter_offer", 199_999, ("INCOME_LOW",))
    assert evaluated(POLICY, {**GOOD, "income": 400_000}).outcome == "approve"


def test_an_approval_of_less_without_a_reason_for_it_is_left_to_a_person() -> None:
    loaded = policy(changed("terms/approve", {"limit": "min(requested_amount, income * 0.5)"}))
    found = evaluated(loaded, {**GOOD, "income": 399_999})
    assert (found.outcome, found.approved_minor, found.reasons) == ("refer", None, ("POLICY_UNRESOLVED",))


@pytest.mark.parametrize(
    ("term", "change", "reason"),
    [
        ({"rate": "rate * months"}, {"months": None}, "INFORMATION_INCOMPLETE"),
        ({"rate": "rate / (months - 24)"}, {}, "POLICY_UNRESOLVED"),
        ({"other_terms": {"n": {"type": "integer", "value": "months"}}}, {"months": None}, "INFORMATION_INCOMPLETE"),
        ({"limit": "income * pd"}, {"pd": None}, "SCORE_UNAVAILABLE"),
        ({"limit": "income * 0.5"}, {"requested_amount": None}, "INFORMATION_INCOMPLETE"),
    ],
)
def test_terms_that_cannot_be_told_refer_the_application(
    term: dict[str, Any], change: dict[str, Any], reason: str
) -> None:
    document = changed("terms/approve", {"limit": "requested_amount", **term})
    document["eligibility"]["rows"] = []
    found = evaluated(policy(document), {**GOOD, **change})
    assert (found.outcome, found.approved_minor, found.rate, found.reasons) == ("refer", None, None, (reason,))
    assert found.queue == "desk"


def test_a_trace_shows_every_term_with_its_formula_operands_and_value() -> None:
    shown = {entry["table"]: entry for entry in expand_trace(POLICY, GOOD, evaluated(POLICY, GOOD).trace, AS_OF)}
    approve, counter_offer = shown["terms"]["rows"]
    limit, asked = {"fact": "limit"}, {"amount_minor": 200_000, "currency": "USD"}
    assert approve["terms"][0] == {
        "formula": TERMS["rate"],
        "operands": [{**limit, "value": asked}, {"fact": "rate", "value": "0.0900"}],
        "term": "rate",
        "value": "0.085000",
    }
    assert [term["value"] for term in approve["terms"][1:3]] == [30, {"amount_minor": 2_020, "currency": "USD"}]
    # What follows the price reads the price that is granted.
    assert approve["terms"][3]["operands"] == [{"fact": "rate", "value": "0.085000"}]
    assert "terms" not in counter_offer


CONDITIONS = [
    {"when": {"limit": "> 1000"}, "if": "not(employed)", "condition": "GUARANTEE", "on_missing": "require"},
    {"when": {"outcome": '"counter_offer"'}, "condition": "PAYSLIP", "on_missing": "ignore"},
    {"when": {"customer_since": '>= date("2025-01-01")'}, "condition": "PAYSLIP", "on_missing": "refer"},
    {"when": {"months": "> 60"}, "condition": "GUARANTEE", "on_missing": "ignore"},
]


@pytest.mark.parametrize(
    ("change", "outcome", "conditions"),
    [
        ({}, "approve", ()),
        ({"region": "south", "employed": False}, "approve", ("GUARANTEE",)),
        ({"region": "south", "employed": None}, "approve", ("GUARANTEE",)),
        ({"region": "south", "employed": None, "requested_amount": 100_000}, "approve", ()),
        ({"income": 300_000}, "counter_offer", ("PAYSLIP",)),
        ({"income": 300_000, "months": 61}, "counter_offer", ("PAYSLIP", "GUARANTEE")),
        ({"months": None}, "approve", ()),
        ({"dti": Decimal("0.9"), "months": 61}, "decline", ()),
    ],
)
def test_conditions_come_with_what_is_granted_and_only_then(
    change: dict[str, Any], outcome: str, conditions: tuple[str, ...]
) -> None:
    loaded = policy(changed("conditions", {"hit_policy": "COLLECT", "rows": CONDITIONS}))
    found = evaluated(loaded, {**GOOD, **change})
    assert (found.outcome, found.conditions) == (outcome, conditions)


def test_a_condition_that_must_be_known_refers_where_it_is_not() -> None:
    document = changed("conditions", {"hit_policy": "COLLECT", "rows": CONDITIONS})
    document["knock_outs"]["rows"].pop()
    found = evaluated(policy(document), {**GOOD, "customer_since": None})
    assert (found.outcome, found.approved_minor, found.conditions) == ("refer", None, ())
    assert (found.reasons, found.queue) == (("INFORMATION_INCOMPLETE",), "desk")
    assert (found.trace["tables"]["terms"], found.trace["tables"]["conditions"]) == ("hx", "nnmn")


def test_terms_of_two_outcomes_may_be_rounded_differently_under_one_name() -> None:
    document = changed("terms/approve/other_terms", {"burden": {"type": "decimal", "scale": 2, "value": "dti * 2"}})
    document["terms"]["counter_offer"]["other_terms"] = {"burden": {"type": "decimal", "scale": 4, "value": "dti * 2"}}
    loaded = policy(document)
    assert evaluated(loaded, GOOD).other_terms == {"burden": "0.40"}
    assert evaluated(loaded, {**GOOD, "score": 550}, ["S"]).other_terms == {"burden": "0.4000"}


def test_the_terms_of_an_approval_of_less_are_an_approvals_and_its_conditions_those_of_a_counter_offer() -> None:
    kind = {"type": "enum", "values": ["approve", "counter_offer"], "value": "outcome"}
    document = changed("terms/approve/other_terms", {"kind": kind})
    row = {"when": {"outcome": '"counter_offer"'}, "condition": "PAYSLIP", "on_missing": "refer"}
    document["conditions"] = {"hit_policy": "COLLECT", "rows": [row]}
    for facts in ({**GOOD, "income": 300_000}, {**GOOD, "income": 300_000, "months": None}):
        found = evaluated(policy(document), facts)
        assert (found.outcome, found.reasons) == ("counter_offer", ("INCOME_LOW",))
        assert (found.other_terms, found.conditions) == ({"kind": "approve"}, ("PAYSLIP",))


def test_in_the_matrix_the_gravest_outcome_has_priority() -> None:
    document = changed("matrix/hit_policy", "PRIORITY")
    document["matrix"]["rows"] = [
        {"when": {"grade": '"A", "B"'}, "outcome": "approve", "rate": "0.09"},
        {"when": {"grade": '"B"', "months": "> 36"}, "outcome": "decline", "reason": "AMOUNT_HIGH"},
        {"when": {"months": "> 12"}, "outcome": "counter_offer", "reason": "NEW_CUSTOMER", "share": "0.5"},
    ]
    loaded = policy(document)
    assert evaluated(loaded, {**GOOD, "months": 6}).outcome == "approve"
    assert evaluated(loaded, GOOD).outcome == "counter_offer"
    graver = evaluated(loaded, {**GOOD, "score": 550, "months": 48})
    assert (graver.outcome, graver.reasons) == ("decline", ("AMOUNT_HIGH",))
    unknown = evaluated(loaded, {**GOOD, "months": None})
    assert (unknown.outcome, unknown.reasons) == ("refer", ("INFORMATION_INCOMPLETE",))
