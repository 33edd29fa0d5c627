"""Copies of each catalogue policy with one thing broken: refused, and told where and why."""

import copy
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from tests.decision.domain.catalogue.books import NAMES, book


def broken(name: str, path: str, value: Any) -> dict[str, Any]:
    """Return a copy of a policy with `value` at `path`, keys and numbers between slashes; None takes it out."""
    document: Any = copy.deepcopy(book(name).document)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    part = document
    for step in steps:
        part = part[step]
    if value is None:
        del part[last]
    else:
        part[last] = value
    copied: dict[str, Any] = document
    return copied


def faults(name: str, document: dict[str, Any]) -> list[str]:
    """Return what is wrong with a policy, each with its pointer."""
    with pytest.raises(PolicyError) as refused:
        load_policy(document, book(name).product, book(name).reasons)
    return [f"{fault.pointer} {fault.detail}" for fault in refused.value.faults]


BROKEN = [
    (
        "sme-loan",
        "knock_outs/rows/6/when",
        {"wosrt_days_past_due": ">= 90"},
        "/knock_outs/rows/6/when/wosrt_days_past_due",
        "unknown fact `wosrt_days_past_due` in table knock_outs, row 7, column 1; did you mean `worst_days_past_due`?",
    ),
    (
        "sme-loan",
        "definitions/leverage/value",
        "(total_liabilties + requested_amount) / total_assets",
        "/definitions/leverage/value",
        "unknown fact `total_liabilties` in definition leverage; did you mean `total_liabilities`?",
    ),
    (
        "sme-loan",
        "definitions/annuity_factor/value",
        "requested_amount / new_debt_service",
        "/definitions/annuity_factor",
        "definitions go in a circle: annuity_factor -> new_debt_service -> annuity_factor",
    ),
    (
        "sme-loan",
        "definitions/annuity_factor/value",
        "new_debt_service / 2",
        "/definitions/annuity_factor/value",
        "is money, where a decimal is needed in definition annuity_factor",
    ),
    (
        "sme-loan",
        "grade/rows/1/when/expert_points",
        "[66..80)",
        "/grade",
        "table grade has no default row, and no row hits for expert_points 65",
    ),
    (
        "sme-loan",
        "matrix/rows/1/when/debt_service_coverage",
        "[1.25..1.50]",
        "/matrix/rows/1",
        'table matrix is UNIQUE, but rows 1 and 2 both hit for grade "A", debt_service_coverage 1.5000',
    ),
    (
        "sme-loan",
        "knock_outs/rows/0/reason",
        None,
        "/knock_outs/rows/0/reason",
        "table knock_outs, row 1: decline needs a reason code",
    ),
    (
        "sme-loan",
        "knock_outs/rows/0/reason",
        "BANKRUPCY_OPEN",
        "/knock_outs/rows/0/reason",
        "unknown reason code `BANKRUPCY_OPEN` in table knock_outs, row 1; did you mean `BANKRUPTCY_OPEN`?",
    ),
    (
        "sme-loan",
        "conditions/rows/0/condition",
        "PERSONAL_GUARANTY",
        "/conditions/rows/0/condition",
        "did you mean `PERSONAL_GUARANTEE`?",
    ),
    (
        "sme-loan",
        "knock_outs/rows/0/when/bankruptcy",
        '"opne"',
        "/knock_outs/rows/0/when/bankruptcy",
        '`bankruptcy` has no value "opne" in table knock_outs, row 1, column 1; did you mean "open"?',
    ),
    ("sme-loan", "cases/0/expect/approved_minor", 29_999_999, "/cases/0/expect/approved_minor", "got 30000000"),
    (
        "trade-credit",
        "terms/approve/limit",
        "need * unsecured_limit",
        "/terms/approve/limit",
        "`need` is money and `unsecured_limit` is money: they cannot be multiplied in the limit of approve",
    ),
    (
        "trade-credit",
        "terms/counter_offer",
        None,
        "/terms",
        "table matrix, row 3 gives counter_offer, for which there is no limit",
    ),
    (
        "trade-credit",
        "definitions/payment_behaviour/rows/2/when/days_beyond_terms",
        "<= 0",
        "/definitions/payment_behaviour/rows/2",
        "row 3 is never reached: earlier rows hit first",
    ),
    (
        "trade-credit",
        "eligibility/rows/3/when/country_risk",
        "< 3",
        "/eligibility/rows/3/when/country_risk",
        "`country_risk` is an enum: its values have no order in table eligibility, row 4, column 1",
    ),
    (
        "trade-credit",
        "knock_outs/rows/2/on_missing",
        "approve",
        "/knock_outs/rows/2/on_missing",
        "must be one of refer, decline, ignore",
    ),
    ("trade-credit", "matrix/rows/2/share", 0.5, "/matrix/rows/2/share", "binary floating-point"),
    ("trade-credit", "routing/default", None, "/routing/default", "`default` is missing"),
    (
        "trade-credit",
        "definitions/unused",
        {"type": "money", "value": "need"},
        "/definitions/unused",
        "definition `unused` is not used",
    ),
    (
        "consumer-loan",
        "matrix/rows/9",
        None,
        "/matrix",
        'table matrix has no default row, and no row hits for grade "E"',
    ),
    (
        "consumer-loan",
        "knock_outs/rows/5/when/purpose",
        '"vacatoin"',
        "/knock_outs/rows/5/when/purpose",
        '`purpose` has no value "vacatoin" in table knock_outs, row 6, column 1; did you mean "vacation"?',
    ),
    (
        "consumer-loan",
        "knock_outs/rows/6/when/existing_credits",
        "> 20",
        "/knock_outs/rows/6/when/existing_credits",
        "`> 20` holds for no value that `existing_credits` can have, in table knock_outs, row 7, column 1",
    ),
    (
        "consumer-loan",
        "terms/counter_offer/limit",
        "requested_amount *",
        "/terms/counter_offer/limit",
        "`requested_amount *` does not parse",
    ),
    ("consumer-loan", "matrix/rows/0/rate", "7.9 %", "/matrix/rows/0/rate", "must be a number in quotes"),
]


@pytest.mark.parametrize(("name", "path", "value", "pointer", "words"), BROKEN)
def test_a_broken_copy_is_refused_at_its_place(name: str, path: str, value: Any, pointer: str, words: str) -> None:
    found = faults(name, broken(name, path, value))
    assert any(fault.startswith(f"{pointer} ") and words in fault for fault in found), found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "key", ["name", "version", "product", "title", "eligibility", "knock_outs", "grade", "matrix", "terms"]
)
def test_a_policy_without_one_of_its_parts_is_refused(name: str, key: str) -> None:
    assert any(f"`{key}` is missing" in fault for fault in faults(name, broken(name, key, None)))


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_is_refused_for_another_product(name: str) -> None:
    other = book(NAMES[NAMES.index(name) - 1])
    with pytest.raises(PolicyError, match="not for product"):
        load_policy(book(name).document, other.product, other.reasons)


@pytest.mark.parametrize("name", NAMES)
def test_any_golden_case_that_expects_another_outcome_is_refused(name: str) -> None:
    for number, case in enumerate(book(name).document["cases"]):
        other = "decline" if case["expect"]["outcome"] != "decline" else "refer"
        found = faults(name, broken(name, f"cases/{number}/expect/outcome", other))
        assert [fault for fault in found if fault.startswith(f"/cases/{number}/expect/outcome")] == found
