"""Limits over HTTP, as a CRM uses it."""

import httpx

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
    assert check.json() == {
        "result": "ok",
        "reasons": [],
        "account_id": account.account_id,
        "limit": eur(100_000),
        "posted": eur(0),
        "reserved": eur(0),
        "available": eur(100_000),
        "dry_run": True,
    }

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
