"""Explanations over HTTP: by the rules that a decision was made by, for officers and for consumers."""

from typing import Any

import asyncpg
import httpx
import pytest

from services.decision.replies import ExplanationReply
from shared.ids import new_id
from tests.decision.domain.catalogue.books import book, read
from tests.kit.catalogue import make_live
from tests.kit.service import Urls

_TRADE = book("trade-credit").typical


async def _decide(los: httpx.AsyncClient, **change: Any) -> str:
    """Ask for trade credit, which is decided without a score, and return the path of the decision."""
    facts = {**_TRADE, **change}
    body = {
        "product": "trade-credit",
        "party_id": "party-1",
        "requested": facts.pop("requested_amount"),
        "facts": facts,
    }
    response = await los.post("/v1/decisions", json=body, headers={"Idempotency-Key": new_id("key")})
    assert response.status_code == 201, response.text
    return response.headers["location"]


async def _explain(los: httpx.AsyncClient, path: str, **params: str) -> dict[str, Any]:
    response = await los.get(f"{path}/explanation", params=params)
    assert response.status_code == 200, response.text
    assert ExplanationReply.model_validate_json(response.content).model_dump(mode="json") == response.json()
    found: dict[str, Any] = response.json()
    return found


async def test_an_officer_reads_which_rule_hit_on_which_value(los: httpx.AsyncClient) -> None:
    path = await _decide(los, dunning_level=3)
    told = await _explain(los, path, audience="officer")
    assert (told["outcome"], told["language"], told["audience"]) == ("decline", "en", "officer")
    (rule,) = [item for item in told["items"] if item["section"] == "rules"]
    assert (rule["table"], rule["row"], rule["code"]) == ("knock_outs", 3, "DUNNING_OPEN")
    assert "is at least 3" in rule["text"]
    assert told["text"].startswith("Declined.\n\nReasons\n- DUNNING_OPEN: ")


async def test_a_consumer_reads_the_reasons_and_nothing_internal(los: httpx.AsyncClient) -> None:
    path = await _decide(los, dunning_level=3)
    told = await _explain(los, path, language="zh")
    assert told["audience"] == "consumer"
    assert {item["section"] for item in told["items"]} == {"outcome", "reasons", "what_would_change"}
    assert "我们未能批准您的申请" in told["text"]
    assert told["what_would_change"] == {
        "changes": [],
        "outcome": None,
        "limit": None,
        "rate": None,
        "score_may_change": False,
        "complete": True,
    }


async def test_the_nearest_change_that_helps_is_told(los: httpx.AsyncClient) -> None:
    path = await _decide(los, requested_payment_days=61)
    told = await _explain(los, path)
    change = told["what_would_change"]
    assert change["changes"] == [
        {
            "fact": "requested_payment_days",
            "label": "Payment terms asked for, days from invoice",
            "before": 61,
            "after": 60,
        }
    ]
    assert (change["outcome"], change["limit"]) == ("approve", _TRADE["requested_amount"])
    assert "60 days instead of 61 days" in told["text"]

    chinese = await _explain(los, path, language="zh")
    assert chinese["what_would_change"]["changes"][0]["label"] == "申请的账期"
    assert "申请的账期由 61 天改为 60 天" in chinese["text"]


async def test_an_approval_has_nothing_to_change(los: httpx.AsyncClient) -> None:
    told = await _explain(los, await _decide(los), audience="officer")
    assert told["outcome"] == "approve"
    assert told["what_would_change"] is None


async def test_an_explanation_stays_that_of_the_policy_that_decided(los: httpx.AsyncClient) -> None:
    path = await _decide(los, requested_payment_days=61)
    before = await _explain(los, path, audience="officer")
    document = read("policies/trade-credit.yaml")
    document["eligibility"]["rows"].pop(2)
    document["cases"] = []
    await make_live(los, "policy", document)
    assert await _explain(los, path, audience="officer") == before


async def test_a_decision_that_no_policy_made_is_explained_too(los: httpx.AsyncClient) -> None:
    facts = {"requested_amount": {"type": "money"}}
    product = {"name": "barn-loan", "title": "Loan for a barn", "currency": "EUR", "facts": facts}
    await make_live(los, "product", product)
    body = {"product": "barn-loan", "party_id": "p", "requested": _TRADE["requested_amount"], "facts": {}}
    decided = await los.post("/v1/decisions", json=body, headers={"Idempotency-Key": new_id("key")})
    told = await _explain(los, decided.headers["location"], audience="officer")
    assert told["text"].startswith("Referred: a person decides.")
    assert [item["code"] for item in told["items"]] == [None, "POLICY_UNAVAILABLE"]


async def test_what_is_not_there_is_not_found(los: httpx.AsyncClient) -> None:
    response = await los.get("/v1/decisions/dec_none/explanation")
    assert (response.status_code, response.json()["code"]) == (404, "decision_not_found")


@pytest.mark.parametrize("params", [{"language": "fr"}, {"audience": "everybody"}])
async def test_an_unknown_language_or_audience_is_refused(los: httpx.AsyncClient, params: dict[str, str]) -> None:
    response = await los.get("/v1/decisions/dec_none/explanation", params=params)
    assert response.status_code == 422
    assert response.json()["code"]


async def test_who_may_not_read_decisions_gets_no_explanation(los: httpx.AsyncClient) -> None:
    los.headers["Authorization"] = "Bearer analyst"
    response = await los.get("/v1/decisions/dec_none/explanation")
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")


async def test_a_decision_that_does_not_follow_from_its_facts_is_not_explained_away(
    los: httpx.AsyncClient, urls: Urls
) -> None:
    path = await _decide(los)
    admin = await asyncpg.connect(urls.admin)
    await admin.execute(
        "UPDATE decision.decision SET facts = jsonb_set(facts::jsonb, '{dunning_level}', '3')::json "
        "WHERE decision_id = $1",
        path.rsplit("/", 1)[1],
    )
    await admin.close()
    response = await los.get(f"{path}/explanation")
    assert (response.status_code, response.json()["code"]) == (409, "decision_not_reproducible")
