"""Who may release what, over HTTP: granted by others, kept for ever."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.ids import new_id
from tests.limits.holds.conftest import Desk
from tests.limits.holds.given import eur


def authority(**changes: Any) -> dict[str, Any]:
    return {
        "max_amount": eur(100),
        "max_exposure": eur(1000),
        "valid_from": "2026-01-01T00:00:00Z",
        **changes,
    }


def body(*authorities: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"authorities": list(authorities), "reason": "appointed", **changes}


def outcome(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_every_statement_takes_the_place_of_the_one_before_and_is_kept(desk: Desk) -> None:
    holder = new_id("officer")
    path = f"/v1/authorities/{holder}"
    nothing = await desk.crm.get(path)
    assert (nothing.status_code, nothing.json()["version"], nothing.json()["authorities"]) == (200, 0, [])

    first = await desk.manager.put(path, json=body(authority()), headers={"If-Match": nothing.headers["ETag"]})
    assert (first.status_code, first.json()["granted_by"]) == (200, "manager")
    assert first.json()["authorities"] == [
        {**authority(), "product": None, "second_release_above": None, "max_days": 30, "valid_to": None}
    ]
    second = await desk.director.put(
        path, json=body(reason="left the company"), headers={"If-Match": first.headers["ETag"]}
    )
    assert (second.json()["version"], second.json()["authorities"]) == (2, [])
    assert (await desk.crm.get(path)).content == second.content

    history = (await desk.crm.get(f"{path}/history")).json()["items"]
    assert [(entry["version"], entry["granted_by"], entry["reason"]) for entry in history] == [
        (2, "director", "left the company"),
        (1, "manager", "appointed"),
    ]
    assert history[1] == first.json()


async def test_nobody_grants_authority_to_themselves(desk: Desk) -> None:
    path = "/v1/authorities/manager"
    before = await desk.manager.get(path)
    refused = await desk.manager.put(path, json=body(authority()), headers={"If-Match": before.headers["ETag"]})
    assert outcome(refused) == (403, "same_person")
    officer = await desk.anna.put(path, json=body(authority()), headers={"If-Match": before.headers["ETag"]})
    assert outcome(officer) == (403, "scope_missing")
    assert (await desk.manager.get(path)).content == before.content


async def test_of_two_statements_at_once_one_is_made(desk: Desk) -> None:
    path = f"/v1/authorities/{new_id('officer')}"
    answers = await asyncio.gather(
        *(
            client.put(path, json=body(authority()), headers={"If-Match": '"0"'})
            for client in (desk.manager, desk.director) * 4
        )
    )
    assert sorted(outcome(answer) for answer in answers) == [(200, ""), *[(412, "authorities_changed")] * 7]
    assert (await desk.crm.get(path)).json()["version"] == 1


@pytest.mark.parametrize(
    ("sent", "code", "pointer"),
    [
        (body(authority(max_exposure=eur(1, "USD"))), "invalid_authorities", "/authorities/0/max_exposure/currency"),
        (body(authority(), authority()), "invalid_authorities", "/authorities/1"),
        (body(authority(valid_to="2025-01-01T00:00:00Z")), "invalid_authorities", "/authorities/0/valid_to"),
        (body(authority(max_amount=eur(0))), "invalid_body", "/authorities/0/max_amount/amount_minor"),
        (body(authority(max_days=0)), "invalid_body", "/authorities/0/max_days"),
        (body(authority(max_days=367)), "invalid_body", "/authorities/0/max_days"),
        (body(authority(valid_from="2026-01-01T00:00:00")), "invalid_body", "/authorities/0/valid_from"),
        (body(authority(valid_from="9999-12-31T23:59:59-14:00")), "invalid_body", "/authorities/0/valid_from"),
        (body(authority(valid_from=1)), "invalid_body", "/authorities/0/valid_from"),
        (body(*[authority()] * 51), "invalid_body", "/authorities"),
        (body(reason=""), "invalid_body", "/reason"),
        (body(surprise=1), "invalid_body", "/surprise"),
    ],
)
async def test_authorities_that_make_no_sense_are_refused_with_their_place(
    desk: Desk, sent: dict[str, Any], code: str, pointer: str
) -> None:
    path = f"/v1/authorities/{new_id('officer')}"
    refused = await desk.manager.put(path, json=sent, headers={"If-Match": '"0"'})
    assert outcome(refused) == (422, code)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    assert (await desk.manager.get(path)).json()["version"] == 0


@pytest.mark.parametrize("holder", ["%00", "%ED%A0%80", "%F0%9F%92%B3", "a" * 101, "a%20b", "-a"])
async def test_what_is_no_name_of_a_client_is_refused(desk: Desk, holder: str) -> None:
    path = f"/v1/authorities/{holder}"
    for answer in (
        await desk.manager.get(path),
        await desk.manager.get(f"{path}/history"),
        await desk.manager.put(path, json=body(), headers={"If-Match": '"0"'}),
    ):
        assert answer.status_code in (404, 422)


async def test_a_statement_needs_the_version_that_was_read(desk: Desk) -> None:
    path = f"/v1/authorities/{new_id('officer')}"
    assert outcome(await desk.manager.put(path, json=body())) == (428, "if_match_missing")
    stale = await desk.manager.put(path, json=body(), headers={"If-Match": '"7"'})
    assert outcome(stale) == (412, "authorities_changed")
