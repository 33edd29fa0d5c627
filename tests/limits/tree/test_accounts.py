"""Accounts as officers keep them, over HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.db import Database
from shared.ids import new_id
from tests.limits import given as platform
from tests.limits.tree import given


async def act(officer: httpx.AsyncClient, account: dict[str, Any], action: str, **body: object) -> httpx.Response:
    return await officer.post(f"/v1/accounts/{account['account_id']}/{action}", json={"reason": "late", **body})


async def reserve(crm: httpx.AsyncClient, account: dict[str, Any], amount_minor: int) -> dict[str, Any]:
    body = {"account_id": account["account_id"], "amount": given.eur(amount_minor)}
    answer = await crm.post("/v1/reservations", json=body, headers=given.key())
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


async def test_an_officer_opens_a_group_a_customer_and_a_segment(officer: httpx.AsyncClient) -> None:
    group = await given.opened(officer, kind="group", sbu="north")
    customer = await given.opened(officer, parent_id=group["account_id"], review_due_on="2027-03-31")
    segment = await given.opened(
        officer, kind="segment", segment="spare parts", parent_id=customer["account_id"], party_id=customer["party_id"]
    )
    assert segment["path"] == [group["account_id"], customer["account_id"], segment["account_id"]]
    assert (group["kind"], group["sbu"], customer["kind"], customer["review_due_on"]) == (
        "group",
        "north",
        "customer",
        "2027-03-31",
    )
    tree = (await officer.get(f"/v1/accounts/{group['account_id']}/tree")).json()
    assert tree == {"items": [group, customer, segment], "complete": True}
    below = (await officer.get(f"/v1/accounts/{customer['account_id']}/tree")).json()
    assert below["items"] == [customer, segment]


async def test_an_account_is_opened_once_and_the_second_is_told_which_it_is(officer: httpx.AsyncClient) -> None:
    first = await given.opened(officer)
    again = {"party_id": first["party_id"], "product": "trade-credit", "currency": "EUR", "kind": "group"}
    answer = await officer.post("/v1/accounts", json=again, headers=given.key())
    assert (answer.status_code, answer.json()["code"]) == (409, "account_exists")
    assert first["account_id"] in answer.json()["detail"]
    assert (await officer.get(answer.headers["Location"])).json() == first
    assert (await officer.get("/v1/accounts", params={"party_id": first["party_id"]})).json()["items"] == [first]


async def test_who_opened_an_account_can_describe_it_without_reading_it_first(officer: httpx.AsyncClient) -> None:
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR", "review_due_on": "2027-03-31"}
    opened = await officer.post("/v1/accounts", json=body, headers=given.key())
    path = opened.headers["Location"]
    assert opened.headers["ETag"] == (await officer.get(path)).headers["ETag"]
    described = await officer.patch(path, json={"sbu": "north"}, headers={"If-Match": opened.headers["ETag"]})
    assert (described.status_code, described.json()["sbu"]) == (200, "north")


async def test_a_retried_opening_gets_the_first_answer(officer: httpx.AsyncClient) -> None:
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR"}
    key = given.key()
    first = await officer.post("/v1/accounts", json=body, headers=key)
    again = await officer.post("/v1/accounts", json=body, headers=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"] == f"/v1/accounts/{first.json()['account_id']}"


async def test_rivals_who_open_the_same_account_get_one(officer: httpx.AsyncClient) -> None:
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR"}
    answers = await asyncio.gather(
        *(officer.post("/v1/accounts", json=body, headers=given.key()) for _ in range(8)),
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    found = (await officer.get("/v1/accounts", params={"party_id": body["party_id"]})).json()["items"]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"kind": "segment", "segment": "parts"}, 409, "kinds_do_not_nest"),
        ({"kind": "segment"}, 422, "invalid_account"),
        ({"kind": "customer", "segment": "parts"}, 422, "invalid_account"),
        ({"parent_id": "acc_none"}, 422, "parent_not_found"),
        ({"kind": "party"}, 422, "invalid_body"),
        ({"currency": "euro"}, 422, "invalid_body"),
        ({"limit": 5}, 422, "invalid_body"),
        ({"reason": ""}, 422, "invalid_body"),
        ({"reason": "x" * 501}, 422, "invalid_body"),
    ],
)
async def test_what_can_not_be_opened_is_refused_and_leaves_nothing(
    officer: httpx.AsyncClient, fields: dict[str, object], status: int, code: str
) -> None:
    party_id = new_id("pty")
    body = {"party_id": party_id, "product": "trade-credit", "currency": "EUR", **fields}
    answer = await officer.post("/v1/accounts", json=body, headers=given.key())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await officer.get("/v1/accounts", params={"party_id": party_id})).json() == {"items": []}


async def test_customers_do_not_stand_below_customers_nor_segments_below_another_party(
    officer: httpx.AsyncClient,
) -> None:
    customer = await given.opened(officer)
    for fields, code in (
        ({"kind": "customer"}, "kinds_do_not_nest"),
        ({"kind": "group"}, "kinds_do_not_nest"),
        ({"kind": "segment", "segment": "parts"}, "another_party"),
    ):
        body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR", **fields}
        body["parent_id"] = customer["account_id"]
        answer = await officer.post("/v1/accounts", json=body, headers=given.key())
        assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_a_path_has_five_accounts_at_most(officer: httpx.AsyncClient) -> None:
    parent = await given.opened(officer, kind="group")
    for _ in range(4):
        parent = await given.opened(officer, kind="group", parent_id=parent["account_id"])
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR", "parent_id": parent["account_id"]}
    answer = await officer.post("/v1/accounts", json=body, headers=given.key())
    assert (answer.status_code, answer.json()["code"]) == (409, "tree_too_deep")


async def test_nothing_is_opened_below_a_closed_account(officer: httpx.AsyncClient) -> None:
    group = await given.opened(officer, kind="group")
    await act(officer, group, "close")
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR", "parent_id": group["account_id"]}
    answer = await officer.post("/v1/accounts", json=body, headers=given.key())
    assert (answer.status_code, answer.json()["code"]) == (409, "parent_closed")


@pytest.mark.parametrize(
    ("actions", "status", "reason"),
    [
        (["suspend"], "suspended", "ACCOUNT_SUSPENDED"),
        (["suspend", "block"], "blocked", "ACCOUNT_BLOCKED"),
        (["block"], "blocked", "ACCOUNT_BLOCKED"),
        (["close"], "closed", "ACCOUNT_CLOSED"),
        (["suspend", "resume"], "open", None),
        (["block", "unblock"], "open", None),
        (["close", "reopen"], "open", None),
    ],
)
async def test_an_account_takes_new_reservations_only_while_it_is_open(
    officer: httpx.AsyncClient,
    crm: httpx.AsyncClient,
    db: Database,
    actions: list[str],
    status: str,
    reason: str | None,
) -> None:
    group = await given.opened(officer, kind="group")
    customer = await given.opened(officer, parent_id=group["account_id"])
    await given.limit(db, customer["account_id"], 1000)
    for owner in (group, customer):
        for action in actions:
            answer = await act(officer, owner, action)
            assert answer.status_code == 200
        assert answer.json()["status"] == status
        made = await reserve(crm, customer, 100)
        assert made["reason"] == reason
        if reason is not None:
            assert made["obstacle_account_id"] == group["account_id"]


@pytest.mark.parametrize(
    ("actions", "code"),
    [
        (["resume"], "account_open"),
        (["unblock"], "account_open"),
        (["reopen"], "account_open"),
        (["suspend", "suspend"], "account_suspended"),
        (["suspend", "unblock"], "account_suspended"),
        (["block", "suspend"], "account_blocked"),
        (["block", "resume"], "account_blocked"),
        (["close", "close"], "account_closed"),
        (["close", "unblock"], "account_closed"),
    ],
)
async def test_an_action_that_does_not_apply_is_refused_by_the_status(
    officer: httpx.AsyncClient, actions: list[str], code: str
) -> None:
    account = await given.opened(officer)
    for action in actions[:-1]:
        assert (await act(officer, account, action)).status_code == 200
    answer = await act(officer, account, actions[-1])
    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize("action", ["suspend", "block", "close"])
async def test_what_is_committed_stands_in_every_status(
    officer: httpx.AsyncClient, crm: httpx.AsyncClient, db: Database, action: str
) -> None:
    account = await given.opened(officer)
    await given.limit(db, account["account_id"], 1000)
    held = [await reserve(crm, account, 300) for _ in range(2)]
    await act(officer, account, action)
    for made, step in zip(held, ("capture", "release"), strict=True):
        path = f"/v1/reservations/{made['reservation_id']}/{step}"
        assert (await crm.post(path, json={}, headers=given.key())).status_code == 200
    after = (await crm.get(f"/v1/accounts/{account['account_id']}")).json()
    assert (after["posted"], after["reserved"]) == (given.eur(300), given.eur(0))


async def test_the_ledger_says_who_changed_what_and_why(officer: httpx.AsyncClient, db: Database) -> None:
    account = await given.opened(officer, reason="asked for by sales")
    await act(officer, account, "suspend", reason="two invoices overdue")
    tag = (await officer.get(f"/v1/accounts/{account['account_id']}")).headers["ETag"]
    await officer.patch(
        f"/v1/accounts/{account['account_id']}",
        json={"sbu": "south", "reason": "new sales region"},
        headers={"If-Match": tag},
    )
    page = (await officer.get(f"/v1/accounts/{account['account_id']}/entries")).json()
    assert [(entry["kind"], entry["actor"], entry["reason"]) for entry in page["items"]] == [
        ("terms_changed", "credit-officer", "sbu: south: new sales region"),
        ("status_changed", "credit-officer", "suspend: two invoices overdue"),
        ("status_changed", "credit-officer", "opened: asked for by sales"),
    ]
    assert page["next_cursor"] is None
    told = await platform.rows(
        db,
        "SELECT payload->>'status' AS status FROM outbox WHERE aggregateid = :id AND type LIKE '%account_changed%' "
        "ORDER BY seq",
        id=account["account_id"],
    )
    assert [row.status for row in told] == ["open", "suspended"]


async def test_entries_are_read_page_by_page_while_new_ones_are_made(
    officer: httpx.AsyncClient, crm: httpx.AsyncClient, db: Database
) -> None:
    account = await given.opened(officer)
    await given.limit(db, account["account_id"], 10_000)
    for _ in range(5):
        await reserve(crm, account, 10)
    path = f"/v1/accounts/{account['account_id']}/entries"
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await crm.get(path, params={"limit": 2, **cursor})).json()
        seen.extend(entry["version"] for entry in page["items"])
        await reserve(crm, account, 10)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == list(range(seen[0], 0, -1))
    assert (await crm.get("/v1/accounts/acc_none/entries")).status_code == 404
    assert (await crm.get(path, params={"cursor": "x"})).status_code == 422


async def test_of_two_who_describe_an_account_the_second_is_told_that_it_has_changed(
    officer: httpx.AsyncClient, crm: httpx.AsyncClient, db: Database
) -> None:
    account = await given.opened(officer, sbu="north")
    await given.limit(db, account["account_id"], 1000)
    path = f"/v1/accounts/{account['account_id']}"
    tag = (await officer.get(path)).headers["ETag"]
    assert (await officer.patch(path, json={"sbu": "east"})).status_code == 428
    assert (await officer.patch(path, json={"sbu": "east"}, headers={"If-Match": '"0"'})).status_code == 412

    # Business goes on meanwhile: that is no reason to refuse an officer.
    await reserve(crm, account, 10)
    first = await officer.patch(path, json={"sbu": None, "review_due_on": "2027-01-31"}, headers={"If-Match": tag})
    assert (first.status_code, first.json()["sbu"], first.json()["review_due_on"]) == (200, None, "2027-01-31")
    second = await officer.patch(path, json={"sbu": "west"}, headers={"If-Match": tag})
    assert (second.status_code, second.json()["code"]) == (412, "account_changed")

    kept = await officer.patch(path, json={"sbu": "west"}, headers={"If-Match": first.headers["ETag"]})
    assert (kept.json()["sbu"], kept.json()["review_due_on"]) == ("west", "2027-01-31")
    assert (await officer.get(path)).headers["ETag"] == kept.headers["ETag"]


async def test_headroom_is_the_least_that_the_path_leaves(
    officer: httpx.AsyncClient, crm: httpx.AsyncClient, db: Database
) -> None:
    group = await given.opened(officer, kind="group")
    customer = await given.opened(officer, parent_id=group["account_id"])
    rival = await given.opened(officer, parent_id=group["account_id"])
    assert (customer["available"], customer["headroom"]) == (None, None)
    await given.limit(db, group["account_id"], 1000)
    await given.limit(db, customer["account_id"], 800)
    await given.limit(db, rival["account_id"], 800)
    await reserve(crm, rival, 700)
    shown = (await crm.get(f"/v1/accounts/{customer['account_id']}")).json()
    assert (shown["available"], shown["headroom"]) == (given.eur(800), given.eur(300))
    assert (await reserve(crm, customer, 301))["obstacle_account_id"] == group["account_id"]
    assert (await reserve(crm, customer, 300))["state"] == "reserved"


async def test_only_who_keeps_accounts_may_change_them(officer: httpx.AsyncClient, crm: httpx.AsyncClient) -> None:
    account = await given.opened(officer)
    path = f"/v1/accounts/{account['account_id']}"
    answers = [
        await crm.post("/v1/accounts", json={}, headers=given.key()),
        await crm.patch(path, json={}),
        await crm.post(f"{path}/move", json={"parent_id": None, "reason": "no"}),
        *[await act(crm, account, action) for action in ("suspend", "resume", "block", "unblock", "close", "reopen")],
    ]
    assert {answer.status_code for answer in answers} == {403}


async def test_what_is_not_there_can_not_be_changed(officer: httpx.AsyncClient) -> None:
    missing = {"account_id": "acc_none"}
    answers = [
        await act(officer, missing, "suspend"),
        await act(officer, missing, "move", parent_id=None),
        await officer.get("/v1/accounts/acc_none/tree"),
        await officer.get("/v1/accounts/acc_none"),
        await officer.patch("/v1/accounts/acc_none", json={}, headers={"If-Match": '"1"'}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "account_not_found")}
