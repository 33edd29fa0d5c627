"""What a release does to exposure: nothing; what becomes of the released order does, once."""

from datetime import UTC, datetime
from typing import Any

from services.limits.domain.account import Account
from shared.db import Database
from tests.limits import given as limits
from tests.limits.holds import given
from tests.limits.holds.conftest import Desk
from tests.limits.holds.given import eur, in_days, key, seen


async def release(desk: Desk, account: Account, amount_minor: int) -> dict[str, Any]:
    """Have anna release the one open hold of an account, and return the answer."""
    hold = await given.hold_of(desk.anna, account)
    body = {"amount": eur(amount_minor), "expires_at": in_days(7), "reason": "pays on Friday"}
    answer = await desk.anna.post(f"{given.path_of(hold)}/release", json=body, headers=seen(hold))
    found: dict[str, Any] = answer.json()
    return found


async def state_order(desk: Desk, account: Account, order: dict[str, Any]) -> None:
    """Have the ERP state a released order as what it has become."""
    line = {
        **order["document"],
        "account_id": account.account_id,
        "category": "open_order",
        "amount": order["amount"],
        "ship_on": datetime.now(UTC).date().isoformat(),
    }
    answer = await desk.erp.put("/v1/exposure-items", json={"items": [line]}, headers=key())
    assert answer.json()["results"][0]["result"] == "applied", answer.text


async def available(desk: Desk, account: Account) -> int:
    shown = (await desk.crm.get(f"/v1/accounts/{account.account_id}")).json()
    return int(shown["available"]["amount_minor"])


async def test_a_release_reserves_nothing_and_lets_nothing_else_through(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.grant(desk.manager, "anna")
    await given.blocked(desk.crm, account, 60_000)
    assert (await release(desk, account, 60_000))["state"] == "released"
    assert await available(desk, account) == 50_000
    reserve = {"account_id": account.account_id, "amount": eur(60_000)}
    declined = await desk.crm.post("/v1/reservations", json=reserve, headers=key())
    assert (declined.json()["state"], declined.json()["reason"]) == ("declined", "INSUFFICIENT_AVAILABLE")
    await limits.assert_books_balance(db, account.account_id)


async def test_a_released_order_becomes_exposure_that_may_exceed_the_limit(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.grant(desk.manager, "anna")
    order = await given.blocked(desk.crm, account, 60_000)
    await release(desk, account, 60_000)
    await state_order(desk, account, order)
    assert await available(desk, account) == -10_000
    assert (await desk.crm.post("/v1/limit-checks", json=order)).json()["result"] == "ok"


async def test_a_released_order_counts_once_towards_the_next_release(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.grant(desk.manager, "anna", max_exposure=130_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await release(desk, account, 60_000)
    await given.blocked(desk.crm, account, 70_001)
    assert (await release(desk, account, 70_001))["errors"][0]["code"] == "max_exposure"
    await state_order(desk, account, order)
    assert (await release(desk, account, 70_001))["errors"][0]["code"] == "max_exposure"

    await given.grant(desk.manager, "anna", max_exposure=130_001)
    assert (await release(desk, account, 70_001))["state"] == "released"


async def test_an_order_that_is_exposure_already_adds_nothing_when_it_is_released(desk: Desk, db: Database) -> None:
    account = await given.limit_of(db, 50_000)
    await given.grant(desk.manager, "anna", max_exposure=60_000)
    order = await given.blocked(desk.crm, account, 60_000)
    await state_order(desk, account, order)
    assert (await release(desk, account, 60_000))["state"] == "released"


async def test_the_bound_on_exposure_is_on_the_whole_group(desk: Desk, db: Database) -> None:
    opened = await desk.anna.post(
        "/v1/accounts",
        json={"party_id": "pty_group", "product": "trade-credit", "currency": "EUR", "kind": "group"},
        headers=key(),
    )
    customers = [await given.limit_of(db, 50_000) for _ in range(2)]
    for customer in customers:
        moved = await desk.anna.post(
            f"/v1/accounts/{customer.account_id}/move",
            json={"parent_id": opened.json()["account_id"], "reason": "one group"},
            headers=key(),
        )
        assert moved.status_code == 200, moved.text
    reserve = {"account_id": customers[0].account_id, "amount": eur(40_000)}
    await desk.crm.post("/v1/reservations", json=reserve, headers=key())

    await given.blocked(desk.crm, customers[1], 60_000)
    await given.grant(desk.manager, "anna", max_exposure=99_999)
    assert (await release(desk, customers[1], 60_000))["errors"][0]["code"] == "max_exposure"
    await given.grant(desk.manager, "anna", max_exposure=100_000)
    assert (await release(desk, customers[1], 60_000))["state"] == "released"
