"""Taking in applications, and showing what became of them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.consumer import Consumer
from shared.contracts import decision, limits
from shared.contracts.envelope import Amount
from shared.db import Database
from shared.ids import new_id
from tests.kit.platform import application, money
from tests.kit.service import delivery


def _key() -> dict[str, str]:
    return {"Idempotency-Key": new_id("key")}


async def _submit(los: httpx.AsyncClient, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await los.post("/v1/applications", json=body, headers={**_key(), **headers})


async def _decide(consumer: Consumer, accepted: dict[str, Any], outcome: str = "approve", **granted_too: Any) -> str:
    now = datetime.now(UTC)
    granted = Amount(amount_minor=200_000, currency="DEM") if outcome == "approve" else None
    data = decision.Decided(
        decision_id=new_id("dec"),
        application_id=accepted["application_id"],
        party_id=accepted["party_id"],
        product="consumer-loan",
        outcome=outcome,
        requested=Amount(amount_minor=250_000, currency="DEM"),
        limit=granted,
        grade="A",
        score=600,
        reasons=() if outcome == "approve" else ("SAVINGS_LOW",),
        policy=decision.PolicyVersion(name="p", version="1", hash="0" * 64),
        submitted_at=now,
        decided_at=now,
        **granted_too,
    )
    await consumer.handle(
        [delivery("decision", decision.AGGREGATE, data.decision_id, decision.Decided.type, data, now)]
    )
    return data.decision_id


async def _events_of(db: Database, application_id: str) -> int:
    async with db.transaction() as tx:
        query = text("SELECT count(*) FROM outbox WHERE aggregateid = :id")
        return int((await tx.execute(query, {"id": application_id})).scalar_one())


async def test_an_application_is_acknowledged_with_its_place_and_leaves_one_event(
    los: httpx.AsyncClient, db: Database
) -> None:
    response = await _submit(los, application("acknowledged"))
    assert response.status_code == 202
    accepted = response.json()
    assert response.headers["location"] == f"/v1/applications/{accepted['application_id']}"
    assert accepted["status"] == "submitted"
    assert accepted["decision"] is None
    assert await _events_of(db, accepted["application_id"]) == 1
    assert (await los.get(response.headers["location"])).json() == accepted


async def test_a_retry_gets_the_first_answer_byte_for_byte(los: httpx.AsyncClient) -> None:
    headers = _key()
    first = await los.post("/v1/applications", json=application("retry"), headers=headers)
    again = await los.post("/v1/applications", json=application("retry"), headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)


async def test_the_same_key_with_another_body_is_refused(los: httpx.AsyncClient) -> None:
    headers = _key()
    await los.post("/v1/applications", json=application("one"), headers=headers)
    other = await los.post("/v1/applications", json=application("other"), headers=headers)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


async def test_the_applications_of_one_customer_share_a_party(los: httpx.AsyncClient) -> None:
    bodies = [application("same-customer"), application("same-customer", amount_minor=90_000)]
    answers = await asyncio.gather(*(_submit(los, body) for body in bodies))
    assert len({answer.json()["party_id"] for answer in answers}) == 1
    assert len({answer.json()["application_id"] for answer in answers}) == 2


async def test_a_refused_application_does_not_hold_up_the_others_of_its_batch(los: httpx.AsyncClient) -> None:
    bad = application("bad")
    bad["facts"]["housing"] = "castle"
    answers = await asyncio.gather(*(_submit(los, body) for body in [application("good"), bad, application("fine")]))
    assert [answer.status_code for answer in answers] == [202, 422, 202]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"facts": {"housing": "castle", "duration_months": 12}}, "/facts/housing", "invalid_fact"),
        ({"facts": {"duration_months": "12"}}, "/facts/duration_months", "invalid_fact"),
        ({"facts": {"duration_months": 12, "shoe_size": 43}}, "/facts/shoe_size", "unknown_fact"),
        ({"facts": {"duration_months": 12, "score": 900}}, "/facts/score", "unknown_fact"),
        ({"facts": {}}, "/facts/duration_months", "missing_fact"),
        ({"facts": {"duration_months": 12, "requested_amount": 1}}, "/facts/requested_amount", "reserved_fact"),
        ({"requested": {"amount_minor": 100, "currency": "USD"}}, "/requested/currency", "wrong_currency"),
        ({"product": "yacht-loan"}, "/product", "unknown_product"),
        ({"requested": {"amount_minor": 0, "currency": "DEM"}}, "/requested/amount_minor", "greater_than"),
        ({"requested": {"amount_minor": 2**53, "currency": "DEM"}}, "/requested/amount_minor", "less_than_equal"),
        ({"party": {"external_ref": ""}}, "/party/external_ref", "string_too_short"),
        ({"priority": "high"}, "/priority", "extra_forbidden"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(
    los: httpx.AsyncClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    response = await _submit(los, {**application("misfit"), **change})
    assert response.status_code == 422
    assert {"pointer": pointer, "code": code} in [
        {"pointer": fault["pointer"], "code": fault["code"]} for fault in response.json()["errors"]
    ]
    assert "castle" not in response.text


async def test_a_refused_application_does_not_use_up_its_key(los: httpx.AsyncClient) -> None:
    headers = _key()
    refused = await los.post(
        "/v1/applications", json={**application("mended"), "product": "yacht-loan"}, headers=headers
    )
    mended = await los.post("/v1/applications", json=application("mended"), headers=headers)
    assert (refused.status_code, mended.status_code) == (422, 202)


async def test_a_decision_and_its_limit_are_shown_once_they_are_known(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    accepted = (await _submit(los, application("shown"))).json()
    decision_id = await _decide(consumer, accepted)
    now = datetime.now(UTC)
    granted = limits.LimitGranted(
        account_id="acc_1",
        party_id=accepted["party_id"],
        product="consumer-loan",
        decision_id=decision_id,
        application_id=accepted["application_id"],
        limit=Amount(amount_minor=200_000, currency="DEM"),
        granted_at=now,
    )
    await consumer.handle([delivery("limits", limits.AGGREGATE, "acc_1", limits.LimitGranted.type, granted, now)])
    shown = (await los.get(f"/v1/applications/{accepted['application_id']}")).json()
    assert shown["status"] == "decided"
    assert shown["decision"]["decision_id"] == decision_id
    assert shown["limit"] == {"account_id": "acc_1", "limit": {"amount_minor": 200_000, "currency": "DEM"}}


async def test_an_approval_is_shown_with_its_price_its_conditions_and_its_terms_as_they_were_decided(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    accepted = (await _submit(los, application("on terms"))).json()
    terms = {"term_months": 84, "guaranteed_amount": money(150_000), "review_on": "2027-11-21", "cover": "0.7500"}
    conditions = ("PERSONAL_GUARANTEE", "LIEN_FILED")
    await _decide(consumer, accepted, rate="0.0690", conditions=conditions, other_terms=terms)
    shown = (await los.get(f"/v1/applications/{accepted['application_id']}")).json()["decision"]
    assert shown["limit"] == money(200_000)
    assert (shown["rate"], shown["conditions"]) == ("0.0690", list(conditions))
    assert list(shown["other_terms"].items()) == list(terms.items())


async def test_a_decision_of_before_conditions_were_told_has_none(los: httpx.AsyncClient, consumer: Consumer) -> None:
    accepted = (await _submit(los, application("told earlier"))).json()
    await _decide(consumer, accepted)
    shown = (await los.get(f"/v1/applications/{accepted['application_id']}")).json()["decision"]
    assert (shown["rate"], shown["conditions"], shown["other_terms"]) == (None, [], {})


async def test_a_caller_that_waits_gets_the_decision_as_soon_as_it_is_there(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    waiting = asyncio.create_task(_submit(los, application("waiting"), Prefer="wait=10"))
    while True:
        page = (await los.get("/v1/applications")).json()["items"]
        found = [entry for entry in page if entry["external_ref"] == "waiting"]
        if found:
            break
        await asyncio.sleep(0.01)
    await _decide(consumer, found[0], "decline")
    response = await asyncio.wait_for(waiting, 5)
    assert response.status_code == 201
    assert response.json()["decision"]["outcome"] == "decline"
    assert response.json()["decision"]["reasons"] == ["SAVINGS_LOW"]


async def test_a_caller_whose_time_is_up_is_told_where_to_look(los: httpx.AsyncClient) -> None:
    response = await _submit(los, application("impatient"), Prefer="wait=1")
    assert response.status_code == 202
    assert response.headers["location"].startswith("/v1/applications/app_")


async def test_pages_follow_each_other_without_gaps(los: httpx.AsyncClient) -> None:
    made = [(await _submit(los, application(f"page-{n}"))).json()["application_id"] for n in range(5)]
    seen: list[str] = []
    cursor = None
    while len(seen) < 5:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await los.get("/v1/applications", params=params)).json()
        seen += [entry["application_id"] for entry in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:5] == made[::-1]


async def test_an_unknown_application_is_not_found(los: httpx.AsyncClient) -> None:
    response = await los.get("/v1/applications/app_nobody")
    assert response.status_code == 404
    assert response.json()["code"] == "application_not_found"
