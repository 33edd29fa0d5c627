"""Limits over HTTP, as a CRM uses it."""

import asyncio

import httpx
import pytest

from services.limits.handlers import settling
from shared.db import Database
from shared.ids import new_id
from tests.limits import given


def eur(amount_minor: int) -> dict[str, object]:
    return {"amount_minor": amount_minor, "currency": "EUR"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": new_id("key")}


async def test_a_crm_checks_reserves_and_captures(crm: httpx.AsyncClient, db: Database) -> None:
    account = await given.account_with(db, 100_000)
    question = {"party_id": account.party_id, "amount": eur(60_000)}

    check = await crm.post("/v1/limit-checks", json=question)
    assert check.status_code == 200
    assert (
        check.json()
        | {
            "result": "ok",
            "reasons": [],
            "account_id": account.account_id,
            "limit": eur(100_000),
            "posted": eur(0),
            "reserved": eur(0),
            "available": eur(100_000),
            "dry_run": True,
        }
        == check.json()
    )

    body = {"account_id": account.account_id, "amount": eur(60_000), "reference": "order 1"}
    reserved = await crm.post("/v1/reservations", json=body, headers=key())
    assert (reserved.status_code, reserved.json()["state"]) == (201, "reserved")
    location = reserved.headers["Location"]

    blocked = await crm.post("/v1/limit-checks", json=question)
    assert (blocked.json()["result"], blocked.json()["reasons"]) == ("block", ["INSUFFICIENT_AVAILABLE"])

    captured = await crm.post(f"{location}/capture", json={"amount": eur(25_000)}, headers=key())
    assert captured.status_code == 200
    assert (captured.json()["state"], captured.json()["captured"]) == ("captured", eur(25_000))
    assert (await crm.get(location)).json() == captured.json()

    after = (await crm.get(f"/v1/accounts/{account.account_id}")).json()
    assert (after["posted"], after["reserved"], after["available"]) == (eur(25_000), eur(0), eur(75_000))
    assert (await crm.get("/v1/accounts", params={"party_id": account.party_id})).json() == {"items": [after]}
    entries = (await crm.get(f"/v1/accounts/{account.account_id}/entries")).json()["items"]
    assert [(entry["kind"], entry["actor"]) for entry in entries[:2]] == [("captured", "crm"), ("reserved", "crm")]


async def test_a_refusal_to_reserve_is_an_answer_and_not_an_error(crm: httpx.AsyncClient, db: Database) -> None:
    account = await given.account_with(db, 1000)
    body = {"account_id": account.account_id, "amount": eur(1001)}
    declined = await crm.post("/v1/reservations", json=body, headers=key())
    assert declined.status_code == 201
    assert (declined.json()["state"], declined.json()["reason"]) == ("declined", "INSUFFICIENT_AVAILABLE")
    again = await crm.post(f"{declined.headers['Location']}/capture", json={}, headers=key())
    assert (again.status_code, again.json()["code"]) == (409, "reservation_declined")


async def test_a_check_for_an_unknown_party_is_blocked_for_want_of_a_limit(crm: httpx.AsyncClient) -> None:
    check = (await crm.post("/v1/limit-checks", json={"party_id": "pty_nobody", "amount": eur(1)})).json()
    assert (check["result"], check["reasons"], check["account_id"], check["available"]) == (
        "block",
        ["NO_LIMIT"],
        None,
        None,
    )


async def test_checking_reserves_nothing(crm: httpx.AsyncClient, db: Database) -> None:
    account = await given.account_with(db, 1000)
    before = (await crm.get(f"/v1/accounts/{account.account_id}")).json()
    for _ in range(3):
        await crm.post("/v1/limit-checks", json={"party_id": account.party_id, "amount": eur(1000)})
    assert (await crm.get(f"/v1/accounts/{account.account_id}")).json() == before


@pytest.mark.parametrize(
    ("first", "code"), [("capture", "already_captured"), ("release", "already_released"), (None, "already_expired")]
)
@pytest.mark.parametrize("second", ["capture", "release"])
async def test_a_second_resolution_is_told_what_the_first_one_was(
    crm: httpx.AsyncClient, db: Database, first: str | None, code: str, second: str
) -> None:
    account = await given.account_with(db, 1000)
    seconds = 0 if first is None else 3600
    (held,) = await settling.carry_out(db, [given.reserve(account, 10, seconds=seconds)])
    path = f"/v1/reservations/{given.id_of(held)}"
    if first is not None:
        assert (await crm.post(f"{path}/{first}", json={}, headers=key())).status_code == 200
    refused = await crm.post(f"{path}/{second}", json={}, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert refused.headers["content-type"] == "application/problem+json"


async def test_the_same_key_gets_the_first_answer_byte_for_byte(crm: httpx.AsyncClient, db: Database) -> None:
    account = await given.account_with(db, 1000)
    body = {"account_id": account.account_id, "amount": eur(10)}
    headers = key()
    answers = await asyncio.gather(*(crm.post("/v1/reservations", json=body, headers=headers) for _ in range(200)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == len({answer.headers["Location"] for answer in answers}) == 1

    captures = key()
    path = f"{answers[0].headers['Location']}/capture"
    first, again = [await crm.post(path, json={}, headers=captures) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    changed = await crm.post(path, json={"amount": eur(1)}, headers=captures)
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")

    after = (await crm.get(f"/v1/accounts/{account.account_id}")).json()
    assert (after["posted"], after["reserved"]) == (eur(10), eur(0))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"account_id": "acc_unknown"}, 404, "account_not_found"),
        ({"amount": {"amount_minor": 1, "currency": "USD"}}, 422, "wrong_currency"),
        ({"amount": {"amount_minor": 0, "currency": "EUR"}}, 422, "invalid_body"),
        ({"amount": {"amount_minor": -1, "currency": "EUR"}}, 422, "invalid_body"),
        ({"amount": {"amount_minor": 1.5, "currency": "EUR"}}, 422, "invalid_body"),
        ({"amount": {"amount_minor": True, "currency": "EUR"}}, 422, "invalid_body"),
        ({"amount": {"amount_minor": 2**53, "currency": "EUR"}}, 422, "invalid_body"),
        ({"expires_in_seconds": 0}, 422, "invalid_body"),
        ({"expires_in_seconds": 31 * 86_400 + 1}, 422, "invalid_body"),
        ({"reference": "a\nb"}, 422, "invalid_body"),
        ({"reference": "\x00"}, 400, "malformed_json"),
        ({"surprise": 1}, 422, "invalid_body"),
    ],
)
async def test_a_reservation_that_makes_no_sense_is_refused(
    crm: httpx.AsyncClient, db: Database, change: dict[str, object], status: int, code: str
) -> None:
    account = await given.account_with(db, 1000)
    body = {"account_id": account.account_id, "amount": eur(10), **change}
    refused = await crm.post("/v1/reservations", json=body, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await crm.get(f"/v1/accounts/{account.account_id}")).json()["version"] == 1


async def test_more_than_was_reserved_cannot_be_captured(crm: httpx.AsyncClient, db: Database) -> None:
    account = await given.account_with(db, 1000)
    (held,) = await settling.carry_out(db, [given.reserve(account, 10)])
    path = f"/v1/reservations/{given.id_of(held)}/capture"
    refused = await crm.post(path, json={"amount": eur(11)}, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (422, "capture_exceeds_reservation")
    assert refused.json()["errors"][0]["pointer"] == "/amount/amount_minor"
    assert (await crm.post(path, json={"amount": eur(10)}, headers=key())).status_code == 200


ROUTES = [
    ("POST", "/v1/limit-checks", "limits:read"),
    ("GET", "/v1/accounts?party_id=pty_1", "limits:read"),
    ("GET", "/v1/accounts/acc_1", "limits:read"),
    ("POST", "/v1/reservations", "reservations:write"),
    ("GET", "/v1/reservations/res_1", "reservations:read"),
    ("POST", "/v1/reservations/res_1/capture", "reservations:write"),
    ("POST", "/v1/reservations/res_1/release", "reservations:write"),
]


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
async def test_every_route_needs_its_scope(crm: httpx.AsyncClient, method: str, path: str, scope: str) -> None:
    stranger = await crm.request(method, path, headers={"Authorization": "Bearer nobody"})
    assert (stranger.status_code, stranger.json()["code"]) == (401, "unauthenticated")
    auditor = await crm.request(method, path, headers={"Authorization": "Bearer auditor"})
    assert (auditor.status_code == 403) is (scope != "limits:read")


@pytest.mark.parametrize(
    "path", ["/v1/reservations", "/v1/reservations/res_1/capture", "/v1/reservations/res_1/release"]
)
async def test_every_write_needs_a_key(crm: httpx.AsyncClient, path: str) -> None:
    body = {"account_id": "acc_1", "amount": eur(1)} if path == "/v1/reservations" else {}
    refused = await crm.post(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("name", ["res_unknown", "%00", "%ED%A0%80", "%F0%9F%92%B3", "a" * 5000])
async def test_a_reservation_that_is_not_there_is_not_found(crm: httpx.AsyncClient, name: str) -> None:
    path = f"/v1/reservations/{name}"
    found = [await crm.get(path), await crm.get(f"/v1/accounts/{name}")]
    found += [await crm.post(f"{path}/{verb}", json={}, headers=key()) for verb in ("capture", "release")]
    assert {answer.status_code for answer in found} == {404}


async def test_an_event_carries_the_trace_of_its_request(crm: httpx.AsyncClient, db: Database) -> None:
    account = await given.account_with(db, 1000)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body = {"account_id": account.account_id, "amount": eur(10)}
    await crm.post("/v1/reservations", json=body, headers={**key(), "traceparent": trace})
    (event,) = await given.rows(
        db,
        "SELECT traceparent FROM outbox WHERE aggregateid = :account_id AND type = 'limits.reservation_reserved.v1'",
        account_id=account.account_id,
    )
    assert event.traceparent == trace


@pytest.mark.parametrize("name", ["*", "{reservation_id}", "a%00b", "a%2Fb", "%20", ".."])
async def test_a_reservation_of_any_name_that_is_not_there_is_not_found(crm: httpx.AsyncClient, name: str) -> None:
    url = httpx.URL(f"http://service/v1/reservations/{name}/release")
    answer = await crm.post(url, json={}, headers=key())
    assert answer.status_code == 404
