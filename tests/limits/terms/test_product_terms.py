"""What a product says of limits: defaults that accounts follow, thresholds, and its history."""

import asyncio
from typing import Any

import httpx
import pytest

from services.limits.handlers import accounts, settling, terms
from shared.db import Database
from shared.ids import new_id
from tests.limits.given import reserve, state_of
from tests.limits.terms import given
from tests.limits.terms.given import money

EVERYTHING = 100_000


def defaults(amount_minor: int | None, **more: Any) -> dict[str, Any]:
    return {"currencies": {"EUR": {"default_limit_minor": amount_minor}}, "reason": "autumn", **more}


async def put(client: httpx.AsyncClient, product: str, body: dict[str, Any], revision: int = 0) -> httpx.Response:
    return await client.put(f"/v1/limit-terms/{product}", json=body, headers={"If-Match": f'"{revision}"'})


async def opened(officer: httpx.AsyncClient, product: str, currency: str = "EUR") -> str:
    body = {"party_id": new_id("pty"), "product": product, "currency": currency}
    answer = await given.post(officer, "/v1/accounts", body)
    assert answer.status_code == 201, answer.text
    account_id: str = answer.json()["account_id"]
    return account_id


async def follow(db: Database) -> None:
    """Let the worker go over the accounts of products that say something new."""
    while await terms.follow_defaults(db, 3):
        continue


async def test_a_new_account_gets_the_default_of_its_product(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    product = new_id("product")
    assert (await put(manager, product, defaults(5000))).status_code == 200
    euro, dollar = await opened(officer, product), await opened(officer, product, "USD")
    assert await given.limit_of(db, euro) == (5000, 0, "default")
    assert await given.limit_of(db, dollar) == (0, 0, "unset")
    account = await accounts.get_account(db, euro)
    (answer,) = await settling.carry_out(db, [reserve(account, 5000)])
    assert state_of(answer) == "reserved"
    assert await given.changes(db, euro) == [(5000, 0, "default")]
    (first, *_) = [entry for entry in await given.entries(db, euro) if entry.kind == "limit_changed"]
    assert (first.actor, first.reason) == ("manager", "autumn")


async def test_accounts_follow_another_default_and_those_with_a_limit_of_their_own_do_not(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    product = new_id("product")
    followers = [await opened(officer, product) for _ in range(7)]
    own = await given.account(db, 900, product=product)
    await put(manager, product, defaults(5000))
    await follow(db)
    assert {await given.limit_of(db, account_id) for account_id in followers} == {(5000, 0, "default")}
    await put(manager, product, defaults(3000), 1)
    await follow(db)
    assert {await given.limit_of(db, account_id) for account_id in followers} == {(3000, 0, "default")}
    await terms.lapse_due(db, EVERYTHING)
    assert await given.changes(db, followers[0]) == [(3000, 0, "default")]
    await put(manager, product, defaults(None), 2)
    await follow(db)
    assert {await given.limit_of(db, account_id) for account_id in followers} == {(0, 0, "unset")}
    assert await given.limit_of(db, own.account_id) == (900, 0, "set")
    await terms.lapse_due(db, EVERYTHING)
    assert (await given.changes(db, followers[0]))[-1] == (None, 0, "default")


async def test_a_person_may_take_a_limit_back_to_the_default(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    product = new_id("product")
    await put(manager, product, defaults(5000))
    account = await given.account(db, 9000, product=product)
    proposal = await given.propose(officer, account.account_id, given.base(None))
    assert proposal["state"] == "approved"
    assert await given.limit_of(db, account.account_id) == (5000, 0, "default")


async def test_to_leave_an_account_to_those_above_it_is_an_increase(db: Database, officer: httpx.AsyncClient) -> None:
    account = await given.account(db, 9000)
    proposal = await given.propose(officer, account.account_id, given.base(None))
    assert proposal["state"] == "proposed"
    assert proposal["after"][0]["limit"] is None


async def test_no_account_misses_a_default_that_changes_while_it_is_opened(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    product = new_id("product")

    async def open_and_look(_: int) -> str:
        account_id = await opened(officer, product)
        account = await accounts.get_account(db, account_id)
        await settling.carry_out(db, [reserve(account, 1)])
        return account_id

    async def change() -> None:
        for revision in range(5):
            assert (await put(manager, product, defaults(1000 * (revision + 1)), revision)).status_code == 200
            await follow(db)

    *opened_ids, _ = await asyncio.gather(*(open_and_look(number) for number in range(12)), change())
    await follow(db)
    assert {(await given.limit_of(db, str(account_id)))[0] for account_id in opened_ids} == {5000}


async def test_terms_are_changed_by_who_has_seen_them_and_nobody_else(
    officer: httpx.AsyncClient, manager: httpx.AsyncClient, other_manager: httpx.AsyncClient, crm: httpx.AsyncClient
) -> None:
    product = new_id("product")
    builtin = await crm.get(f"/v1/limit-terms/{product}")
    assert (builtin.headers["ETag"], builtin.json()["revision"], builtin.json()["thresholds"]) == (
        '"0"',
        0,
        [75, 90, 100],
    )
    assert (await put(officer, product, defaults(1))).status_code == 403
    unread = await manager.put(f"/v1/limit-terms/{product}", json=defaults(1))
    assert (unread.status_code, unread.json()["code"]) == (428, "if_match_missing")
    answers = await asyncio.gather(put(manager, product, defaults(1)), put(other_manager, product, defaults(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await put(manager, product, defaults(3), 0)).status_code == 412
    changed = await put(manager, product, defaults(3, thresholds=[50], review_every_days=365), 1)
    assert (changed.headers["ETag"], changed.json()["thresholds"]) == ('"2"', [50])


async def test_what_a_product_said_before_stays_on_record(manager: httpx.AsyncClient) -> None:
    product = new_id("product")
    for revision in range(3):
        await put(manager, product, defaults(revision, reason=f"reason {revision}"), revision)
    path = f"/v1/limit-terms/{product}/revisions"
    first = (await manager.get(path, params={"limit": 2})).json()
    second = (await manager.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    told = [(item["revision"], item["reason"], item["actor"]) for item in first["items"] + second["items"]]
    assert told == [(3, "reason 2", "manager"), (2, "reason 1", "manager"), (1, "reason 0", "manager")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (defaults(-1), "/currencies/EUR/default_limit_minor"),
        (defaults(1, thresholds=[90, 75]), "/thresholds"),
        (defaults(1, thresholds=[0]), "/thresholds/0"),
        (defaults(1, hysteresis_percent=51), "/hysteresis_percent"),
        (defaults(1, review_every_days=0), "/review_every_days"),
        ({"currencies": {"euro": {}}, "reason": "typo"}, "/currencies/euro"),
        ({"currencies": {}}, "/reason"),
        (defaults(1, extra=1), "/extra"),
    ],
)
async def test_terms_that_make_no_sense_are_refused_with_their_place(
    manager: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    refused = await put(manager, new_id("product"), body)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]


async def test_a_default_shows_in_what_was_in_force_when(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    product = new_id("product")
    account_id = await opened(officer, product)
    await put(manager, product, defaults(5000))
    shown = (await officer.get(f"/v1/accounts/{account_id}/limits")).json()
    assert (shown["in_force"]["limit"], shown["in_force"]["basis"]) == (money(5000), "default")
    before = (await officer.get(f"/v1/accounts/{account_id}/limits", params={"at": given.in_days(-1)})).json()
    assert (before["in_force"]["limit"], before["in_force"]["basis"]) == (None, "unset")
