"""Two hundred callers, one key: one effect, and everybody gets the same bytes."""

import asyncio
import json
import secrets
from typing import Any, Final

import httpx

from tests.kit.invariants import assert_all_hold, rows
from tests.kit.platform import Running, application, money

CALLERS: Final = 200


def _all_at_once(bed: Running, service: str, path: str, body: object, client: str = "los") -> httpx.Response:
    """Send the same request many times at once and return the one answer that all of them got."""
    headers = bed.headers(client, secrets.token_hex(8))

    async def send() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=CALLERS)
        async with httpx.AsyncClient(base_url=bed.platform.url(service), limits=limits, timeout=30) as http:
            return await asyncio.gather(*(http.post(path, json=body, headers=headers) for _ in range(CALLERS)))

    answers = asyncio.run(send())
    assert {answer.status_code for answer in answers} <= {200, 201, 202}
    assert len({(answer.status_code, answer.content, answer.headers.get("location")) for answer in answers}) == 1
    return answers[0]


def test_one_application_is_taken_in(bed: Running) -> None:
    body = application(f"customer-{secrets.token_hex(6)}")
    answer = _all_at_once(bed, "intake", "/v1/applications", body).json()
    found = rows(bed, "SELECT application_id FROM intake.application WHERE party_id = $1", answer["party_id"])
    assert [row["application_id"] for row in found] == [answer["application_id"]]
    assert_all_hold(bed, [answer["application_id"]])


def test_one_decision_is_made(bed: Running) -> None:
    body: dict[str, Any] = {**application("unused"), "party_id": f"party-{secrets.token_hex(6)}"}
    del body["party"]
    answer = _all_at_once(bed, "decision", "/v1/decisions", body).json()
    found = rows(bed, "SELECT decision_id FROM decision.decision WHERE party_id = $1", body["party_id"])
    assert [row["decision_id"] for row in found] == [answer["decision_id"]]
    assert_all_hold(bed)


def test_one_reservation_is_made_and_captured_once(bed: Running) -> None:
    account = bed.approved()["limit"]["account_id"]
    reserved = _all_at_once(
        bed, "limits", "/v1/reservations", {"account_id": account, "amount": money(1_000)}, "crm"
    ).json()
    assert reserved["state"] == "reserved"
    captured = _all_at_once(bed, "limits", f"/v1/reservations/{reserved['reservation_id']}/capture", {}, "crm").json()
    assert captured["state"] == "captured"
    balance = bed.get("limits", f"/v1/accounts/{account}", "crm").json()
    assert (balance["posted"], balance["reserved"]) == (money(1_000), money(0))
    assert_all_hold(bed)


def test_one_of_many_bodies_wins_a_key_and_the_others_are_told(bed: Running) -> None:
    headers = bed.headers("los", secrets.token_hex(8))
    reference = f"customer-{secrets.token_hex(6)}"

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=bed.platform.url("intake"), timeout=30) as http:
            bodies = [application(reference, amount_minor=250_000 + 1_000 * number) for number in range(50)]
            return await asyncio.gather(
                *(http.post("/v1/applications", content=json.dumps(body), headers=headers | _JSON) for body in bodies)
            )

    answers = asyncio.run(send())
    assert sorted(answer.status_code for answer in answers) == [202] + [422] * 49
    refusals = [answer.json()["code"] for answer in answers if answer.status_code == 422]
    assert set(refusals) == {"idempotency_key_reused"}


_JSON: Final = {"content-type": "application/json"}
