"""Deciding scored applications and direct requests, and the catalogue that decisions rest on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from services.decision.replies import DecisionReply
from services.migrate import PROJECT
from shared.bus import Delivery
from shared.consumer import Consumer
from shared.contracts import scoring
from shared.contracts.envelope import Amount
from shared.db import Database
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.kit.catalogue import attempt
from tests.kit.platform import SOLID, SOLID_MINOR, money
from tests.kit.service import delivery

_CATALOGUE = PROJECT / "deploy" / "catalogue"


def _scored(
    application_id: str,
    score: int | None,
    product: str = "consumer-loan",
    valid_until: datetime | None = None,
    submitted_at: datetime | None = None,
    **facts: Any,
) -> Delivery:
    now = datetime.now(UTC)
    low = scoring.ScoreReason(code="SAVINGS_LOW", characteristic="savings_status", shortfall="9.000")
    given = scoring.Score(
        score=score or 0,
        pd="0.030000",
        model="m",
        model_version=1,
        model_hash="0" * 64,
        reasons=(low,),
        valid_until=valid_until,
    )
    data = scoring.ApplicationScored(
        application_id=application_id,
        party_id="pty_1",
        product=product,
        requested=Amount(amount_minor=SOLID_MINOR, currency="DEM"),
        facts={**SOLID, "requested_amount": money(SOLID_MINOR), **facts},
        submitted_at=submitted_at or now,
        score=None if score is None else given,
        failure="no_model" if score is None else None,
        scored_at=now,
    )
    return delivery("scoring", scoring.AGGREGATE, application_id, scoring.ApplicationScored.type, data, now)


def _direct(**change: Any) -> dict[str, Any]:
    body = {"product": "consumer-loan", "party_id": "party-1", "requested": money(SOLID_MINOR), "facts": dict(SOLID)}
    return {**body, **change}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": new_id("key")}


async def _decisions_of(los: httpx.AsyncClient, application_id: str) -> list[dict[str, Any]]:
    response = await los.get("/v1/decisions", params={"application_id": application_id})
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def _told(db: Database, application_id: str) -> list[str]:
    async with db.transaction() as tx:
        query = text("SELECT payload->>'outcome' FROM outbox WHERE aggregateid = :id ORDER BY seq")
        return list((await tx.execute(query, {"id": application_id})).scalars())


async def test_a_good_score_is_approved_and_its_trace_has_every_rule(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, 620)])
    (decision,) = await _decisions_of(los, application_id)
    assert decision["outcome"] == "approve"
    assert decision["limit"] == money(SOLID_MINOR)
    explained = (await los.get(f"/v1/decisions/{decision['decision_id']}")).json()
    assert {table["table"] for table in explained["trace"]} >= {"eligibility", "knock_outs", "grade", "matrix", "terms"}
    assert all(
        row["status"] in {"hit", "no_hit", "missing", "not_evaluated"}
        for table in explained["trace"]
        for row in table["rows"]
    )
    assert explained["facts"]["requested_amount"] == money(SOLID_MINOR)


async def test_a_poor_score_is_declined_with_reasons_in_words(los: httpx.AsyncClient, consumer: Consumer) -> None:
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, 400)])
    (decision,) = await _decisions_of(los, application_id)
    assert (decision["outcome"], decision["limit"], decision["reasons"]) == ("decline", None, ["SAVINGS_LOW"])
    explained = (await los.get(f"/v1/decisions/{decision['decision_id']}")).json()
    assert set(explained["reason_wording"]["SAVINGS_LOW"]) == {"en", "zh"}


async def test_an_application_without_a_score_is_referred(los: httpx.AsyncClient, consumer: Consumer) -> None:
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, None)])
    (decision,) = await _decisions_of(los, application_id)
    assert (decision["outcome"], decision["reasons"]) == ("refer", ["SCORE_UNAVAILABLE"])


@pytest.mark.parametrize(("days", "outcome"), [(-1, "refer"), (1, "approve")])
async def test_a_score_that_expired_on_its_way_refers_the_application(
    los: httpx.AsyncClient, consumer: Consumer, days: int, outcome: str
) -> None:
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, 620, valid_until=datetime.now(UTC) + timedelta(days=days))])
    (decision,) = await _decisions_of(los, application_id)
    assert decision["outcome"] == outcome
    assert (decision["score"] is None) == (outcome == "refer")


async def test_an_application_for_a_product_without_a_policy_is_referred(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, 620, product="unheard-of")])
    (decision,) = await _decisions_of(los, application_id)
    assert (decision["outcome"], decision["reasons"]) == ("refer", ["POLICY_UNAVAILABLE"])
    assert (await los.get(f"/v1/decisions/{decision['decision_id']}")).json()["trace"] == []


async def test_a_fact_that_no_longer_fits_the_product_never_approves(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    application_id = new_id("app")
    doubtful: dict[str, Any] = {"savings_status": "<100 DM", "credit_history": "delay in paying off in the past"}
    await consumer.handle([_scored(application_id, 620, checking_status="a fortune", **doubtful)])
    (decision,) = await _decisions_of(los, application_id)
    assert decision["outcome"] == "refer"


async def test_a_redelivered_event_decides_once_and_tells_once(
    los: httpx.AsyncClient, consumer: Consumer, db: Database
) -> None:
    application_id, submitted_at = new_id("app"), datetime.now(UTC)
    event = _scored(application_id, 620, submitted_at=submitted_at)
    await consumer.handle([event, event])
    await consumer.handle([event])
    # Even an event with another id for the same submission finds it decided.
    await consumer.handle([_scored(application_id, 400, submitted_at=submitted_at)])
    assert len(await _decisions_of(los, application_id)) == 1
    assert await _told(db, application_id) == ["approve"]


async def test_one_submission_that_is_scored_twice_at_once_is_decided_once(
    los: httpx.AsyncClient, consumer: Consumer, db: Database
) -> None:
    application_id, submitted_at = new_id("app"), datetime.now(UTC)
    scored = [_scored(application_id, score, submitted_at=submitted_at) for score in (620, 400)]
    await consumer.handle(scored)
    (decision,) = await _decisions_of(los, application_id)
    assert await _told(db, application_id) == [decision["outcome"]]


async def test_an_amended_application_is_decided_again_and_the_first_decision_stays(
    los: httpx.AsyncClient, consumer: Consumer, db: Database
) -> None:
    application_id, submitted_at = new_id("app"), datetime.now(UTC)
    await consumer.handle([_scored(application_id, None, submitted_at=submitted_at)])
    (first,) = await _decisions_of(los, application_id)
    await consumer.handle([_scored(application_id, 620, submitted_at=submitted_at + timedelta(microseconds=1))])
    newest, oldest = await _decisions_of(los, application_id)
    assert (newest["outcome"], oldest) == ("approve", first)
    assert await _told(db, application_id) == ["refer", "approve"]


async def test_a_direct_request_is_referred_while_scoring_is_away(los: httpx.AsyncClient) -> None:
    response = await los.post("/v1/decisions", json=_direct(reference="order 7"), headers=_key())
    assert response.status_code == 201
    decision = response.json()
    assert (decision["outcome"], decision["reasons"]) == ("refer", ["SCORE_UNAVAILABLE"])
    assert decision["reference"] == "order 7"
    assert (await los.get(response.headers["location"])).json()["decision_id"] == decision["decision_id"]


async def test_a_direct_request_is_decided_once_per_key(los: httpx.AsyncClient) -> None:
    headers = _key()
    first = await los.post("/v1/decisions", json=_direct(), headers=headers)
    again = await los.post("/v1/decisions", json=_direct(), headers=headers)
    other = await los.post("/v1/decisions", json=_direct(party_id="somebody else"), headers=headers)
    assert first.content == again.content
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"facts": {"duration_months": 12, "dtii": 1}}, "/facts/dtii"),
        ({"facts": {}}, "/facts/duration_months"),
        ({"requested": {"amount_minor": 1, "currency": "EUR"}}, "/requested/currency"),
        ({"product": "yacht-loan"}, "/product"),
        ({"facts": {"duration_months": 12, "requested_amount": 5}}, "/facts/requested_amount"),
    ],
)
async def test_a_direct_request_that_does_not_fit_is_refused_with_its_place(
    los: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    response = await los.post("/v1/decisions", json=_direct(**change), headers=_key())
    assert response.status_code == 422
    assert pointer in [fault["pointer"] for fault in response.json()["errors"]]


async def test_a_misspelt_policy_is_refused_and_the_live_one_keeps_deciding(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    text_of = (_CATALOGUE / "policies" / "consumer-loan.yaml").read_text().replace("savings_status:", "saving_status:")
    refused = await attempt(los, "policy", load_yaml(text_of))
    assert refused.status_code == 422
    assert "did you mean `savings_status`" in refused.text
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, 620)])
    (decision,) = await _decisions_of(los, application_id)
    assert decision["outcome"] == "approve"


@pytest.mark.parametrize("kind", ["product", "reasons", "policy"])
@pytest.mark.parametrize("document", [{}, {"name": 1}, {"product": "consumer-loan"}, {"facts": []}])
async def test_a_document_that_is_none_is_refused(los: httpx.AsyncClient, kind: str, document: dict[str, Any]) -> None:
    response = await attempt(los, kind, document)
    assert response.status_code in (409, 422), response.text


async def test_a_decision_that_cannot_be_reproduced_is_not_dressed_up(
    los: httpx.AsyncClient, consumer: Consumer, urls: Any
) -> None:
    application_id = new_id("app")
    await consumer.handle([_scored(application_id, 620)])
    (decision,) = await _decisions_of(los, application_id)
    admin = await asyncpg.connect(urls.admin)
    await admin.execute(
        "UPDATE decision.decision SET facts = jsonb_set(facts::jsonb, '{checking_status}', '\"<0 DM\"')::json, "
        "trace = jsonb_set(trace::jsonb, '{tables,knock_outs}', '\"hhhhhhh\"')::json WHERE decision_id = $1",
        decision["decision_id"],
    )
    await admin.close()
    response = await los.get(f"/v1/decisions/{decision['decision_id']}")
    assert (response.status_code, response.json()["code"]) == (409, "decision_not_reproducible")


async def test_a_list_names_the_decisions_that_cannot_be_read_and_shows_the_others(
    los: httpx.AsyncClient, consumer: Consumer, urls: Any
) -> None:
    ids = [(await los.post("/v1/decisions", json=_direct(), headers=_key())).json()["decision_id"] for _ in range(3)]
    admin = await asyncpg.connect(urls.admin)
    await admin.execute("UPDATE decision.decision SET outcome = 'perhaps' WHERE decision_id = $1", ids[1])
    await admin.close()
    page = (await los.get("/v1/decisions", params={"limit": 3})).json()
    assert [item["decision_id"] for item in page["items"]] == [ids[2], ids[0]]
    assert page["unreadable"] == [ids[1]]
    assert page["next_cursor"] == ids[0]


async def test_an_answer_has_the_documented_form(los: httpx.AsyncClient) -> None:
    response = await los.post("/v1/decisions", json=_direct(), headers=_key())
    assert DecisionReply.model_validate_json(response.content).model_dump(mode="json") == response.json()
    listed = (await los.get("/v1/decisions", params={"limit": 1})).json()["items"]
    assert listed == [response.json()]
