"""Documents count on every level above their account, in the currency of each."""

from datetime import date

import httpx

from shared.db import Database
from shared.ids import new_id
from tests.limits import given as accounts
from tests.limits.items import given


async def open_account(manager: httpx.AsyncClient, **of: object) -> str:
    """An account that people opened."""
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR", "reason": "tests", **of}
    opened = await manager.post("/v1/accounts", json=body, headers=given.key())
    assert opened.status_code == 201, opened.text
    account_id: str = opened.json()["account_id"]
    return account_id


async def state_rates(erp: httpx.AsyncClient, today: date, rate: str) -> None:
    """What a euro costs from today on."""
    body = {
        "effective_on": today.isoformat(),
        "source": "ecb",
        "rates": [{"base": "EUR", "quote": "LAB", "rate": rate}],
    }
    stated = await erp.put("/v1/fx-rates", json=body, headers=given.key())
    assert stated.status_code == 200, stated.text


async def test_a_document_counts_on_every_level_in_its_currency_and_comes_off_as_it_went_on(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database, today: date
) -> None:
    await state_rates(erp, today, "1.1")
    group = await open_account(manager, kind="group", currency="LAB")
    own = await open_account(manager, parent_id=group)
    order, delivery = new_id("doc"), new_id("doc")
    await given.put(erp, given.line(own, order, 1_000, category="open_order"))
    assert (await given.posted(erp, own), await given.posted(erp, group)) == ((1_000, 0), (1_100, 0))

    await state_rates(erp, today, "1.3")
    await given.put(erp, given.line(own, delivery, 400, category="delivery", follows=order))
    # What is left of the order stands at the rate of its day, what was delivered at that of today.
    assert (await given.posted(erp, own), await given.posted(erp, group)) == ((1_000, 0), (660 + 520, 0))
    await given.put(
        erp,
        given.line(own, order, 0, category="open_order", version=2),
        given.line(own, delivery, 0, category="delivery", follows=order, version=2),
    )
    assert (await given.posted(erp, own), await given.posted(erp, group)) == ((0, 0), (0, 0))
    await given.assert_documents_add_up(db, own, group)


async def test_a_document_in_another_currency_counts_at_the_rate_of_its_day(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database, today: date
) -> None:
    await state_rates(erp, today, "1.25")
    own = await open_account(manager)
    order, invoice = new_id("doc"), new_id("doc")
    await given.put(erp, given.line(own, order, 1_000, category="open_order", currency="LAB"))
    await given.put(erp, given.line(own, invoice, 200, follows=order))
    assert await given.counted(erp, own) == {order: 600, invoice: 200}
    await given.assert_documents_add_up(db, own)


async def test_a_document_follows_its_account_when_that_moves_in_the_tree(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database
) -> None:
    account = await accounts.account_with(db, 100_000)
    group = await open_account(manager, kind="group")
    invoice, other = new_id("doc"), new_id("doc")
    await given.put(erp, given.line(account.account_id, invoice, 700))
    body = {"parent_id": group, "reason": "acquired"}
    moved = await manager.post(f"/v1/accounts/{account.account_id}/move", json=body)
    assert moved.status_code == 200, moved.text
    assert await given.posted(erp, group) == (700, 0)
    await given.put(erp, given.line(account.account_id, invoice, 300, version=2))
    await given.put(erp, given.line(account.account_id, other, 50))
    assert (await given.posted(erp, account.account_id), await given.posted(erp, group)) == ((350, 0), (350, 0))
    await given.put(erp, given.line(account.account_id, invoice, 300, category="paid", version=3))
    await given.put(erp, given.line(account.account_id, other, 0, version=2))
    assert (await given.posted(erp, account.account_id), await given.posted(erp, group)) == ((0, 0), (0, 0))
    await given.assert_documents_add_up(db, account.account_id)


async def test_what_was_captured_before_a_move_becomes_a_document_on_the_new_levels(
    erp: httpx.AsyncClient, manager: httpx.AsyncClient, db: Database, today: date
) -> None:
    await state_rates(erp, today, "1.1")
    group = await open_account(manager, kind="group", currency="LAB")
    account = await accounts.account_with(db, 100_000)
    body = {"account_id": account.account_id, "amount": given.money(500)}
    reservation = (await erp.post("/v1/reservations", json=body, headers=given.key())).headers["Location"]
    await erp.post(f"{reservation}/capture", json={"amount": given.money(300)}, headers=given.key())
    moved = await manager.post(
        f"/v1/accounts/{account.account_id}/move", json={"parent_id": group, "reason": "acquired"}
    )
    assert moved.status_code == 200, moved.text
    assert await given.posted(erp, group) == (330, 0)
    line = given.line(account.account_id, new_id("doc"), 300, reservation_id=reservation.rsplit("/", 1)[1])
    await given.put(erp, line)
    assert (await given.posted(erp, account.account_id), await given.posted(erp, group)) == ((300, 0), (330, 0))
    await given.assert_documents_add_up(db, account.account_id)
