"""The way of SME loans and trade credit, which no model scores, through all services: as their golden cases have it."""

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from shared.facts import FactType
from shared.products import REQUESTED_AMOUNT, parse_product
from shared.yaml import load_yaml
from tests.kit.platform import CATALOGUE, Running

GRANTED: Final = [
    ("sme-loan", "a sound manufacturer gets the whole amount, and the discounts for guarantee and jobs"),
    ("trade-credit", "a bank guarantee brings the late payer the limit, by direct debit and on short terms"),
]
DECLINED: Final = [
    ("sme-loan", "taxes past due decline whatever the grade"),
    ("trade-credit", "a late payer with thin equity and no security is declined, and told why"),
]


def _case(product: str, name: str) -> dict[str, Any]:
    """Return a golden case as if it were of today: every date in its facts is as many days from today."""
    cases = load_yaml((CATALOGUE / "policies" / f"{product}.yaml").read_text())["cases"]
    case = next(case for case in cases if case["name"] == name)
    known = parse_product(load_yaml((CATALOGUE / "products" / f"{product}.yaml").read_text())).dictionary.facts
    since = datetime.now(UTC).date() - date.fromisoformat(case["as_of"])
    facts = {
        fact: _later(value, since) if known[fact].type is FactType.DATE and value is not None else value
        for fact, value in case["facts"].items()
    }
    return {**case, "facts": facts}


def _later(day: str, by: timedelta) -> str:
    return (date.fromisoformat(day) + by).isoformat()


def _decided(bed: Running, product: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the application with these facts once all services have done with it."""
    body = {
        "product": product,
        "party": {"external_ref": f"company-{secrets.token_hex(6)}", "kind": "company"},
        "requested": facts[REQUESTED_AMOUNT],
        "facts": {name: value for name, value in facts.items() if name != REQUESTED_AMOUNT},
    }
    answer = bed.submit(body)
    assert answer.status_code == 202, answer.text
    return bed.decided(answer.json()["application_id"])


@pytest.mark.parametrize(("product", "name"), GRANTED)
def test_credit_is_granted_without_a_score_and_whoever_waits_is_told_its_conditions_and_terms(
    bed: Running, product: str, name: str
) -> None:
    case = _case(product, name)
    told, expected = _decided(bed, product, case["facts"]), case["expect"]
    decision, limit = told["decision"], told["limit"]
    currency = case["facts"][REQUESTED_AMOUNT]["currency"]
    granted = {"amount_minor": expected["approved_minor"], "currency": currency}
    assert (decision["outcome"], decision["grade"], decision["reasons"]) == (expected["outcome"], expected["grade"], [])
    assert (decision["score"], decision["limit"], decision["rate"]) == (None, granted, expected.get("rate"))
    assert decision["conditions"] == expected["conditions"]
    today = date.fromisoformat(decision["decided_at"][:10])
    assert _ahead(decision["other_terms"], today) == _ahead(expected["other_terms"], date.fromisoformat(case["as_of"]))
    assert limit["limit"] == granted
    explained = bed.get("decision", f"/v1/decisions/{decision['decision_id']}").json()
    assert {name: explained[name] for name in decision if name != "score"} == {
        name: value for name, value in decision.items() if name != "score"
    }
    check = {"party_id": told["party_id"], "product": product, "amount": granted}
    assert bed.post("limits", "/v1/limit-checks", check, "crm").json()["result"] == "ok"


def _ahead(terms: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return terms with the day of the next review as a number of months from `today`."""
    days = {name: date.fromisoformat(terms[name]) for name in ("review_on",) if name in terms}
    months = {name: 12 * (day.year - today.year) + day.month - today.month for name, day in days.items()}
    return {**terms, **months}


@pytest.mark.parametrize(("product", "name"), DECLINED)
def test_credit_is_declined_without_a_score_and_without_anything_granted(bed: Running, product: str, name: str) -> None:
    case = _case(product, name)
    told, expected = _decided(bed, product, case["facts"]), case["expect"]
    decision = told["decision"]
    assert (decision["outcome"], decision["reasons"]) == ("decline", expected["reasons"])
    assert (decision["limit"], decision["rate"], decision["conditions"], decision["other_terms"]) == (
        None,
        None,
        [],
        {},
    )
    assert told["limit"] is None
