"""What the clock changes on a limit holds by itself: whether a sweeper has come by or not."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text

from services.limits.domain.account import Account
from services.limits.handlers import accounts, granting, settling, terms
from shared.db import Database
from shared.errors import Refusal
from shared.ids import new_id
from tests.limits.given import decision, reserve, rows, state_of
from tests.limits.terms import given
from tests.limits.terms.given import DaysPass, in_days, money

EVERYTHING = 100_000


@pytest.fixture
async def raised(db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> Account:
    """An account with 100,000 and, for five days, 20,000 more."""
    account = await given.account(db, 100_000)
    await given.agree(officer, manager, account.account_id, given.temporary(20_000, 5))
    return account


async def test_a_temporary_increase_ends_without_any_sweeper(
    db: Database, raised: Account, days_pass: DaysPass, crm: httpx.AsyncClient
) -> None:
    assert await given.limit_of(db, raised.account_id) == (120_000, 0, "set")
    await days_pass(raised.account_id, 5)
    assert await given.limit_of(db, raised.account_id) == (100_000, 0, "set")
    dry = {"account_id": raised.account_id, "amount": money(100_001), "dry_run": True}
    assert (await crm.post("/v1/reservations", json=dry)).json()["state"] == "declined"
    (answer,) = await settling.carry_out(db, [reserve(raised, 100_001)])
    assert state_of(answer) == "declined"
    (answer,) = await settling.carry_out(db, [reserve(raised, 100_000)])
    assert state_of(answer) == "reserved"
    assert [entry.kind for entry in await given.entries(db, raised.account_id)] == [
        "limit_granted",
        "limit_changed",
        "limit_changed",
        "reserved",
    ]
    assert (await given.changes(db, raised.account_id))[-1] == (100_000, 0, "lapse")


async def test_what_was_reserved_within_an_increase_stands_after_it(
    db: Database, raised: Account, days_pass: DaysPass
) -> None:
    (held,) = await settling.carry_out(db, [reserve(raised, 115_000)])
    assert not isinstance(held, Refusal)
    await days_pass(raised.account_id, 5)
    await terms.lapse_due(db, EVERYTHING)
    found = await accounts.get_account(db, raised.account_id)
    assert (found.limit_minor, found.available_minor) == (100_000, -15_000)
    (declined,) = await settling.carry_out(db, [reserve(raised, 1)])
    assert state_of(declined) == "declined"


async def test_sweepers_side_by_side_enter_and_publish_each_lapse_once(
    db: Database, rival_db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    made = [await given.account(db, 100_000) for _ in range(6)]
    for account in made:
        await given.agree(officer, manager, account.account_id, given.temporary(20_000, 5))
        await days_pass(account.account_id, 5)

    due = "SELECT 1 FROM account WHERE account_id = ANY(:ids) AND limit_changes_at <= now() LIMIT 1"

    async def sweep(pool: Database) -> None:
        while await rows(pool, due, ids=[account.account_id for account in made]):
            await terms.lapse_due(pool, 4)

    await asyncio.gather(sweep(db), sweep(rival_db), sweep(db), sweep(rival_db))
    for account in made:
        assert [entry.limit_delta for entry in await given.entries(db, account.account_id)] == [
            100_000,
            20_000,
            -20_000,
        ]
        assert [cause for _, _, cause in await given.changes(db, account.account_id)] == [
            "decision",
            "proposal",
            "lapse",
        ]


async def test_a_sweeper_leaves_accounts_that_are_being_worked_on(
    db: Database, raised: Account, days_pass: DaysPass
) -> None:
    await days_pass(raised.account_id, 5)
    async with db.transaction() as tx:
        await tx.execute(
            text("SELECT 1 FROM account WHERE account_id = :account_id FOR UPDATE"), {"account_id": raised.account_id}
        )
        await terms.lapse_due(db, EVERYTHING)
        assert len(await given.entries(db, raised.account_id)) == 2
    await terms.lapse_due(db, EVERYTHING)
    assert len(await given.entries(db, raised.account_id)) == 3


async def test_a_limit_that_runs_out_leaves_no_credit(
    db: Database, officer: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    account = await given.account(db, 100_000)
    await given.propose(officer, account.account_id, given.base(100_000, effective_to=in_days(30)))
    await days_pass(account.account_id, 30)
    assert await given.limit_of(db, account.account_id) == (0, 0, "expired")
    (answer,) = await settling.carry_out(db, [reserve(account, 1)])
    assert not isinstance(answer, Refusal)
    assert json.loads(answer.body)["reason"] == "LIMIT_EXPIRED"
    await granting.grant_limits(
        db, [decision(70_000, party_id=account.party_id, product=account.product, decided_at=datetime.now(UTC))]
    )
    assert await given.limit_of(db, account.account_id) == (70_000, 0, "set")


async def test_a_limit_set_for_later_begins_by_itself(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    account = await given.account(db, 100_000)
    await given.agree(officer, manager, account.account_id, given.base(300_000, effective_from=in_days(3)))
    last = (await given.entries(db, account.account_id))[-1]
    assert (last.kind, last.limit_delta) == ("terms_changed", 0)
    assert await given.limit_of(db, account.account_id) == (100_000, 0, "set")
    await days_pass(account.account_id, 3)
    (answer,) = await settling.carry_out(db, [reserve(account, 300_000)])
    assert state_of(answer) == "reserved"


async def test_what_is_in_force_can_be_asked_for_any_time(
    raised: Account, db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    await days_pass(raised.account_id, 3)
    await given.propose(officer, raised.account_id, given.base(40_000))
    path = f"/v1/accounts/{raised.account_id}/limits"
    for days, limit in ((-2, 120_000), (0, 60_000), (1, 60_000), (3, 40_000), (300, 40_000)):
        asked = {} if days == 0 else {"at": in_days(days)}
        shown = (await officer.get(path, params=asked)).json()
        assert shown["in_force"]["limit"] == money(limit), days
    assert shown["changes_at"] is None
    now = (await officer.get(path)).json()
    assert now["changes_at"] == now["course"][1]["since"]
    assert {term["kind"] for term in now["terms"]} == {"base", "temporary"}


@pytest.mark.parametrize(
    ("account_id", "at", "status"),
    [("acc_none", None, 404), ("", "yesterday", 422), ("", "0001-01-01T00:00:00+14:00", 422), ("", "2026-01-01", 422)],
)
async def test_limits_of_nothing_or_at_no_time_are_refused(
    raised: Account, officer: httpx.AsyncClient, account_id: str, at: str | None, status: int
) -> None:
    path = f"/v1/accounts/{account_id or raised.account_id}/limits"
    assert (await officer.get(path, params={} if at is None else {"at": at})).status_code == status


async def test_a_lapse_above_holds_for_what_is_below(
    db: Database, officer: httpx.AsyncClient, manager: httpx.AsyncClient, days_pass: DaysPass
) -> None:
    product = new_id("product")
    group = await _opened(officer, product, kind="group")
    below = await _opened(officer, product, kind="customer", parent_id=group)
    await given.agree(officer, manager, group, given.base(1000))
    await given.agree(officer, manager, group, given.temporary(500, 5))
    account = await accounts.get_account(db, below)
    await days_pass(group, 5)
    (answer,) = await settling.carry_out(db, [reserve(account, 1001)])
    assert state_of(answer) == "declined"
    (answer,) = await settling.carry_out(db, [reserve(account, 1000)])
    assert state_of(answer) == "reserved"


async def _opened(officer: httpx.AsyncClient, product: str, **more: str) -> str:
    body = {"party_id": new_id("pty"), "product": product, "currency": "EUR", **more}
    answer = await given.post(officer, "/v1/accounts", body)
    assert answer.status_code == 201, answer.text
    account_id: str = answer.json()["account_id"]
    return account_id
