"""Blocked documents over HTTP: the CRM asks, officers release, and nobody does both."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.db import Database
from tests.limits.holds import given
from tests.limits.holds.conftest import Desk
from tests.limits.holds.given import eur, in_days, key, seen


def release_body(amount_minor: int = 60_000, days: int = 7, **changes: Any) -> dict[str, Any]:
    return {"amount": eur(amount_minor), "expires_at": in_days(days), "reason": "pays on Friday", **changes}


def outcome(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", answer.json().get("state", ""))


async def test_a_blocked_order_is_released_by_an_officer_and_passes(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")

    hold = await given.hold_of(desk.anna, account)
    shown = hold.json()
    assert (shown["state"], shown["amount"], shown["requested_by"]) == ("open", eur(60_000), ["crm"])
    assert shown["accounts"][-1]["account_id"] == account.account_id
    assert [check["result"] for check in shown["checks"]] == ["block"]
    assert shown["checks"][0]["steps"]
    assert [(event["kind"], event["actor"]) for event in shown["events"]] == [("opened", "limits")]
    assert hold.headers["ETag"] == '"1"'

    path = given.path_of(hold)
    released = await desk.anna.post(f"{path}/release", json=release_body(70_000), headers=seen(hold))
    assert outcome(released) == (200, "released")
    code = released.json()["release"]["authorisation_code"]
    assert len(code) == 11

    again = await desk.crm.post("/v1/limit-checks", json=order)
    assert again.json()["result"] == "ok"
    after = (await desk.anna.get(path)).json()
    assert (after["state"], after["release"]["stands"]) == ("released", True)
    assert after["checks"][0]["released_by_hold"] == after["hold_id"]
    event = after["events"][0]
    assert (event["kind"], event["actor"], event["reason"], event["amount"], event["authorisation_code"]) == (
        "released",
        "anna",
        "pays on Friday",
        eur(70_000),
        code,
    )


async def test_growth_past_the_release_blocks_the_document_again_under_the_same_hold(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    await desk.anna.post(f"{given.path_of(hold)}/release", json=release_body(60_000), headers=seen(hold))

    grown = {**order, "amount": eur(60_001), "document": {**order["document"], "version": 2}}
    assert (await desk.crm.post("/v1/limit-checks", json=grown)).json()["result"] == "block"
    again = await given.hold_of(desk.anna, account)
    assert (again.json()["hold_id"], again.json()["amount"], again.json()["release"]) == (
        hold.json()["hold_id"],
        eur(60_001),
        None,
    )
    assert [event["kind"] for event in again.json()["events"]] == ["reopened", "released", "opened"]


async def test_a_copy_of_a_released_document_is_blocked(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    await desk.anna.post(f"{given.path_of(hold)}/release", json=release_body(60_000), headers=seen(hold))
    original = {name: order["document"][name] for name in ("source", "doc_type", "doc_id")}
    await given.blocked(desk.crm, account, 60_000, copied_from=original)


async def test_who_asked_for_the_check_can_not_release_it(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.anna, account, 60_000)
    for officer in ("anna", "boris"):
        await given.grant(desk.manager, officer)
    hold = await given.hold_of(desk.anna, account)
    path = f"{given.path_of(hold)}/release"
    assert outcome(await desk.anna.post(path, json=release_body(), headers=seen(hold))) == (403, "same_person")
    assert outcome(await desk.crm.post(path, json=release_body(), headers=seen(hold))) == (403, "scope_missing")
    assert outcome(await desk.boris.post(path, json=release_body(), headers=seen(hold))) == (200, "released")


async def test_an_officer_who_has_a_document_rechecked_may_still_release_it(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    path = given.path_of(hold)
    rechecked = await desk.anna.post(f"{path}/recheck", json={}, headers=key())
    assert outcome(rechecked) == (200, "open")
    assert (rechecked.json()["requested_by"], rechecked.json()["version"]) == (["crm"], 1)
    assert outcome(await desk.anna.post(f"{path}/release", json=release_body(), headers=seen(hold))) == (
        200,
        "released",
    )


async def test_a_recheck_lets_a_document_pass_once_there_is_room(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.crm, account, 60_000)
    hold = await given.hold_of(desk.anna, account)
    await given.limit_of(db, 100_000, party_id=account.party_id)
    rechecked = await desk.crm.post(f"{given.path_of(hold)}/recheck", json={}, headers=key())
    assert outcome(rechecked) == (200, "passed")
    late = await desk.anna.post(f"{given.path_of(hold)}/release", json=release_body(), headers=seen(hold))
    assert outcome(late) == (409, "already_passed")
    assert outcome(await desk.crm.post(f"{given.path_of(hold)}/recheck", json={}, headers=key())) == (
        409,
        "already_passed",
    )


async def test_without_authority_nothing_is_released_and_the_attempt_is_kept(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna", max_amount=59_999)
    await given.grant(desk.manager, "boris", max_exposure=59_999)
    hold = await given.hold_of(desk.anna, account)
    path = given.path_of(hold)
    attempts = [
        (desk.anna, release_body(), "max_amount"),
        (desk.boris, release_body(), "max_exposure"),
        (desk.director, release_body(), "no_authority"),
    ]
    for officer, body, bound in attempts:
        refused = await officer.post(f"{path}/release", json=body, headers=seen(hold))
        assert outcome(refused) == (403, "beyond_authority")
        assert [fault["code"] for fault in refused.json()["errors"]] == [bound]
    await given.grant(desk.manager, "anna", max_days=3)
    refused = await desk.anna.post(f"{path}/release", json=release_body(days=4), headers=seen(hold))
    assert refused.json()["errors"][0]["pointer"] == "/expires_at"

    after = (await desk.anna.get(path)).json()
    assert (after["state"], after["version"]) == ("open", 1)
    refusals = [(event["actor"], event["bound"]) for event in after["events"] if event["kind"] == "release_refused"]
    assert refusals == [
        ("anna", "max_days"),
        ("director", "no_authority"),
        ("boris", "max_exposure"),
        ("anna", "max_amount"),
    ]
    assert outcome(await desk.anna.post(f"{path}/release", json=release_body(days=2), headers=seen(hold))) == (
        200,
        "released",
    )


async def test_releases_in_one_group_count_towards_its_exposure_before_their_orders_arrive(
    desk: Desk, db: Database
) -> None:
    account = await given.limit_of(db, 50_000)
    await given.grant(desk.manager, "anna", max_exposure=100_000)
    await given.blocked(desk.crm, account, 60_000)
    first = await given.hold_of(desk.anna, account)
    assert outcome(
        await desk.anna.post(f"{given.path_of(first)}/release", json=release_body(), headers=seen(first))
    ) == (200, "released")
    await given.blocked(desk.crm, account, 60_000)
    second = await given.hold_of(desk.anna, account)
    refused = await desk.anna.post(f"{given.path_of(second)}/release", json=release_body(), headers=seen(second))
    assert refused.json()["errors"][0]["code"] == "max_exposure"


async def test_a_large_release_takes_two_officers_with_authority(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    for officer in ("anna", "boris"):
        await given.grant(desk.manager, officer, second_release_above=eur(50_000))
    hold = await given.hold_of(desk.anna, account)
    path = given.path_of(hold)
    asked = await desk.anna.post(f"{path}/release", json=release_body(), headers=seen(hold))
    assert outcome(asked) == (200, "open")
    assert asked.json()["pending_release"]["asked_by"] == "anna"
    assert (await desk.crm.post("/v1/limit-checks", json=order)).json()["result"] == "block"

    why = {"reason": "agreed"}
    assert outcome(await desk.anna.post(f"{path}/confirm", json=why, headers=seen(asked))) == (403, "same_person")
    assert outcome(await desk.boris.post(f"{path}/confirm", json=why, headers=seen(hold))) == (412, "hold_changed")
    refused = await desk.director.post(f"{path}/confirm", json=why, headers=seen(asked))
    assert outcome(refused) == (403, "beyond_authority")
    confirmed = await desk.boris.post(f"{path}/confirm", json=why, headers=seen(asked))
    assert outcome(confirmed) == (200, "released")
    assert (await desk.crm.post("/v1/limit-checks", json=order)).json()["result"] == "ok"


async def test_a_hold_that_was_refreshed_meanwhile_is_not_released_unseen(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    await desk.crm.post(
        "/v1/limit-checks",
        json={**order, "amount": eur(65_000), "document": {**order["document"], "version": 2}},
    )
    path = f"{given.path_of(hold)}/release"
    assert outcome(await desk.anna.post(path, json=release_body(70_000), headers=seen(hold))) == (412, "hold_changed")
    assert outcome(await desk.anna.post(path, json=release_body(70_000), headers=key())) == (428, "if_match_missing")
    garbled = {**key(), "If-Match": '"x"'}
    assert outcome(await desk.anna.post(path, json=release_body(70_000), headers=garbled)) == (412, "version_changed")


async def test_of_two_officers_at_once_one_releases(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    for officer in ("anna", "boris"):
        await given.grant(desk.manager, officer)
    for _ in range(5):
        await given.blocked(desk.crm, account, 60_000)
        hold = await given.hold_of(desk.anna, account)
        path = f"{given.path_of(hold)}/release"
        answers = await asyncio.gather(
            *(officer.post(path, json=release_body(), headers=seen(hold)) for officer in (desk.anna, desk.boris))
        )
        assert sorted(outcome(answer) for answer in answers) == [(200, "released"), (409, "already_released")]


async def test_the_same_key_releases_once_and_gets_the_same_answer(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    headers, body = seen(hold), release_body()
    answers = await asyncio.gather(
        *(desk.anna.post(f"{given.path_of(hold)}/release", json=body, headers=headers) for _ in range(10))
    )
    assert {answer.content for answer in answers} == {answers[0].content}
    assert outcome(answers[0]) == (200, "released")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount": eur(59_999)}, (422, "below_document")),
        ({"amount": eur(60_000, "USD")}, (422, "wrong_currency")),
        ({"amount": eur(0)}, (422, "invalid_body")),
        ({"amount": {"amount_minor": 1.5, "currency": "EUR"}}, (422, "invalid_body")),
        ({"expires_at": "2020-01-01T00:00:00Z"}, (422, "already_past")),
        ({"expires_at": "2126-01-01T00:00:00Z"}, (403, "beyond_authority")),
        ({"expires_at": "2126-01-01T00:00:00"}, (422, "invalid_body")),
        ({"expires_at": 4_000_000_000}, (422, "invalid_body")),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, (422, "invalid_body")),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, (422, "invalid_body")),
        ({"reason": ""}, (422, "invalid_body")),
        ({"reason": "x" * 501}, (422, "invalid_body")),
        ({"reason": "a\u0007b"}, (422, "invalid_body")),
        ({"surprise": 1}, (422, "invalid_body")),
    ],
)
async def test_a_release_that_makes_no_sense_changes_nothing(
    desk: Desk, db: Database, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    refused = await desk.anna.post(f"{given.path_of(hold)}/release", json=release_body(**change), headers=seen(hold))
    assert outcome(refused) == expected
    assert (await desk.anna.get(given.path_of(hold))).json()["state"] == "open"


async def test_a_rejected_document_gets_a_new_hold_when_it_comes_again(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    hold = await given.hold_of(desk.anna, account)
    path = given.path_of(hold)
    rejected = await desk.anna.post(f"{path}/reject", json={"reason": "three invoices overdue"}, headers=key())
    assert outcome(rejected) == (200, "rejected")
    assert outcome(await desk.anna.post(f"{path}/reject", json={"reason": "again"}, headers=key())) == (
        409,
        "already_rejected",
    )
    await desk.crm.post("/v1/limit-checks", json=order)
    again = await given.hold_of(desk.anna, account)
    assert again.json()["hold_id"] != hold.json()["hold_id"]


async def test_a_document_that_goes_away_takes_its_release_with_it(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    path = given.path_of(hold)
    await desk.anna.post(f"{path}/release", json=release_body(), headers=seen(hold))
    cancelled = await desk.crm.post(f"{path}/cancel", json={"reason": "customer withdrew"}, headers=key())
    assert outcome(cancelled) == (200, "cancelled")
    assert (await desk.crm.post("/v1/limit-checks", json=order)).json()["result"] == "block"


async def test_notes_and_assignments_are_kept_and_disturb_nobody_who_is_about_to_release(
    desk: Desk, db: Database
) -> None:
    account = await given.limit_of(db, 50_000)
    await given.blocked(desk.crm, account, 60_000)
    await given.grant(desk.manager, "anna")
    hold = await given.hold_of(desk.anna, account)
    path = given.path_of(hold)
    assert (await desk.manager.post(f"{path}/assign", json={"to": "anna"}, headers=key())).json()[
        "assigned_to"
    ] == "anna"
    await desk.boris.post(f"{path}/note", json={"reason": "spoke to their treasurer"}, headers=key())
    assert outcome(await desk.anna.post(f"{path}/release", json=release_body(), headers=seen(hold))) == (
        200,
        "released",
    )
    events = (await desk.anna.get(path)).json()["events"]
    assert [(event["number"], event["kind"], event["actor"]) for event in events] == [
        (4, "released", "anna"),
        (3, "noted", "boris"),
        (2, "assigned", "manager"),
        (1, "opened", "limits"),
    ]


async def test_the_queue_shows_the_oldest_first_page_by_page(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000, product="queue-credit")
    for amount in (60_001, 60_002, 60_003, 60_004, 60_005):
        await given.blocked(desk.crm, account, amount)

    async def amounts(**wanted: Any) -> list[int]:
        found: list[int] = []
        query: dict[str, Any] = {"product": "queue-credit", "limit": 2, **wanted}
        while True:
            page = (await desk.anna.get("/v1/credit-holds", params=query)).json()
            found += [item["amount"]["amount_minor"] for item in page["items"]]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    assert await amounts() == [60_001, 60_002, 60_003, 60_004, 60_005]
    assert await amounts(sort="newest") == [60_005, 60_004, 60_003, 60_002, 60_001]
    assert await amounts(segment="wholesale") == []
    assert await amounts(state="released") == []


@pytest.mark.parametrize(
    "query",
    ["state=closed", "limit=0", "limit=201", "sort=amount", "product=", "cursor=%00", "segment=%F0%9F%92%B3"],
)
async def test_a_queue_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    refused = await desk.anna.get(f"/v1/credit-holds?{query}")
    assert outcome(refused) == (422, "invalid_parameters")


STEPS: dict[str, dict[str, Any]] = {
    "release": release_body(),
    "confirm": {"reason": "why"},
    "reject": {"reason": "why"},
    "cancel": {"reason": "why"},
    "assign": {"to": None},
    "note": {"reason": "why"},
    "recheck": {},
}


@pytest.mark.parametrize("name", ["hld_unknown", "%00", "%ED%A0%80", "a" * 5000])
async def test_a_hold_that_is_not_there_is_not_found(desk: Desk, name: str) -> None:
    path = f"/v1/credit-holds/{name}"
    headers = {"If-Match": '"1"'}
    answers = [await desk.manager.get(path)]
    for step, body in STEPS.items():
        answers.append(await desk.manager.post(f"{path}/{step}", json=body, headers={**headers, **key()}))
    assert {answer.status_code for answer in answers} == {404}


async def test_every_step_needs_a_key_and_its_scope(desk: Desk) -> None:
    for step, body in STEPS.items():
        path = f"/v1/credit-holds/hld_1/{step}"
        keyless = await desk.manager.post(path, json=body, headers={"If-Match": '"1"'})
        assert outcome(keyless) == (400, "idempotency_key_missing")
        stranger = await desk.crm.post(path, json=body, headers={**key(), "Authorization": "Bearer nobody"})
        assert stranger.status_code == 401
        sales = await desk.crm.post(path, json=body, headers={**key(), "If-Match": '"1"'})
        assert outcome(sales) == ((404, "hold_not_found") if step in ("cancel", "recheck") else (403, "scope_missing"))
