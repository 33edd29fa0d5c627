"""A reservation becomes documents: what it held counts once, and at every moment."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from services.limits.domain.account import Account
from services.limits.domain.reservation import Reserve
from services.limits.handlers import settling
from shared.db import Database
from shared.ids import new_id
from shared.money import Money
from tests.limits import given as accounts
from tests.limits.items import given


async def reserved(db: Database, account: Account, amount_minor: int) -> str:
    """A reservation on an account."""
    (answer,) = await settling.carry_out(db, [accounts.reserve(account, amount_minor)])
    return accounts.id_of(answer)


async def test_documents_draw_on_an_open_reservation(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 1_000)
    reservation_id = await reserved(db, account, 600)
    first, second = new_id("doc"), new_id("doc")
    await given.put(erp, given.line(account.account_id, first, 250, reservation_id=reservation_id))
    assert await given.posted(erp, account.account_id) == (250, 350)
    await given.put(erp, given.line(account.account_id, second, 400, reservation_id=reservation_id))
    assert await given.posted(erp, account.account_id) == (650, 0)
    found = (await erp.get(f"/v1/reservations/{reservation_id}")).json()
    assert (found["state"], found["captured"]) == ("captured", given.money(600))
    await given.assert_documents_add_up(db, account.account_id)


async def test_a_document_takes_over_what_was_captured_before(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 1_000)
    reservation_id = await reserved(db, account, 600)
    body = {"amount": given.money(250), "final": False}
    await erp.post(f"/v1/reservations/{reservation_id}/capture", json=body, headers=given.key())
    await given.put(erp, given.line(account.account_id, new_id("doc"), 300, reservation_id=reservation_id))
    assert await given.posted(erp, account.account_id) == (300, 300)
    await erp.post(f"/v1/reservations/{reservation_id}/release", json={}, headers=given.key())
    assert await given.posted(erp, account.account_id) == (300, 0)
    await given.assert_documents_add_up(db, account.account_id)


async def test_a_delivery_of_an_order_that_has_drawn_does_not_draw_again(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 1_000)
    reservation_id = await reserved(db, account, 600)
    order, delivery, invoice = (new_id("doc") for _ in range(3))

    def line(doc_id: str, amount_minor: int, category: str, follows: str | None = None) -> dict[str, object]:
        return given.line(
            account.account_id, doc_id, amount_minor, category=category, follows=follows, reservation_id=reservation_id
        )

    await given.put(erp, line(order, 400, "open_order"))
    assert await given.posted(erp, account.account_id) == (400, 200)
    await given.put(erp, line(delivery, 150, "delivery", order))
    assert await given.posted(erp, account.account_id) == (400, 200)
    await given.put(erp, line(invoice, 150, "invoice", delivery))
    assert await given.posted(erp, account.account_id) == (400, 200)
    assert await given.counted(erp, account.account_id) == {order: 250, delivery: 0, invoice: 150}
    await given.assert_documents_add_up(db, account.account_id)


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_delivery_goes_with_the_reservation_of_its_order(
    erp: httpx.AsyncClient, db: Database, at_once: bool
) -> None:
    account = await accounts.account_with(db, 2_000)
    reservation_id = await reserved(db, account, 1_000)
    order, delivery = new_id("doc"), new_id("doc")
    lines = [
        given.line(account.account_id, order, 600, category="open_order", reservation_id=reservation_id),
        given.line(account.account_id, delivery, 900, category="delivery", follows=order),
    ]
    for batch in [lines] if at_once else [[line] for line in lines]:
        await given.put(erp, *batch)
    assert await given.posted(erp, account.account_id) == (900, 100)
    await given.assert_documents_add_up(db, account.account_id)


async def test_a_capture_may_carry_the_document_that_it_becomes(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 1_000)
    reservation_id = await reserved(db, account, 600)
    item = given.line(account.account_id, new_id("doc"), 250)
    del item["account_id"]
    path, key = f"/v1/reservations/{reservation_id}/capture", given.key()
    body = {"amount": given.money(250), "final": False, "item": item}
    captured = await erp.post(path, json=body, headers=key)
    assert captured.status_code == 200, captured.text
    assert captured.json()["captured"] == captured.json()["item"]["counted"] == given.money(250)
    assert await given.posted(erp, account.account_id) == (250, 350)
    assert (await erp.post(path, json=body, headers=key)).content == captured.content
    older = await erp.post(path, json=body, headers=given.key())
    assert (older.status_code, older.json()["code"]) == (422, "version_not_newer")
    assert older.json()["errors"][0]["pointer"] == "/item/version"
    nonsense = {**body, "item": {**item, "version": 2, "paid": given.money(251)}}
    refused = await erp.post(path, json=nonsense, headers=given.key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/item/paid/amount_minor")
    assert await given.posted(erp, account.account_id) == (250, 350)
    await given.assert_documents_add_up(db, account.account_id)


@pytest.mark.parametrize(("end", "code"), [("release", "already_released"), ("expire", "already_expired")])
async def test_a_line_cannot_draw_on_a_reservation_that_is_over(
    erp: httpx.AsyncClient, db: Database, end: str, code: str
) -> None:
    account = await accounts.account_with(db, 1_000)
    if end == "expire":
        (answer,) = await settling.carry_out(db, [accounts.reserve(account, 100, seconds=0)])
        reservation_id = accounts.id_of(answer)
    else:
        reservation_id = await reserved(db, account, 100)
        await erp.post(f"/v1/reservations/{reservation_id}/release", json={}, headers=given.key())
    line = given.line(account.account_id, new_id("doc"), 50, reservation_id=reservation_id)
    (refused,) = await given.put(erp, line)
    assert (refused["result"], refused["code"]) == ("refused", code)
    assert refused["errors"][0]["pointer"] == "/items/0/reservation_id"
    del line["reservation_id"]
    (applied,) = await given.put(erp, line)
    assert applied["result"] == "applied"


async def test_a_line_cannot_draw_on_a_reservation_of_another_account(erp: httpx.AsyncClient, db: Database) -> None:
    account, other = await accounts.account_with(db, 1_000), await accounts.account_with(db, 1_000)
    reservation_id = await reserved(db, other, 100)
    (refused,) = await given.put(erp, given.line(account.account_id, new_id("doc"), 50, reservation_id=reservation_id))
    assert refused["code"] == "reservation_of_another_account"
    assert await given.posted(erp, other.account_id) == (0, 100)


async def test_rivals_for_one_reservation_never_draw_it_twice(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 10_000)
    reservation_id = await reserved(db, account, 1_000)
    path = f"/v1/reservations/{reservation_id}/capture"

    async def state() -> None:
        await given.put(erp, given.line(account.account_id, new_id("doc"), 70, reservation_id=reservation_id))

    async def capture() -> None:
        body = {"amount": given.money(30), "final": False}
        await erp.post(path, json=body, headers=given.key())

    await asyncio.gather(*(act() for _ in range(12) for act in (state, capture)))
    await given.assert_documents_add_up(db, account.account_id)
    posted_minor, reserved_minor = await given.posted(erp, account.account_id)
    # All that the documents come to counts, and what they did not draw of the reservation does besides.
    assert posted_minor + reserved_minor == max(1_000, 12 * 70)


async def test_rivals_that_state_the_same_line_leave_its_latest_version(erp: httpx.AsyncClient, db: Database) -> None:
    account, other = await accounts.account_with(db, 10_000), await accounts.account_with(db, 10_000)
    invoice = new_id("doc")

    async def state(version: int) -> None:
        on = account if version % 2 else other
        await given.put(erp, given.line(on.account_id, invoice, 100 + version, version=version))

    await asyncio.gather(*(state(version) for version in range(1, 21)))
    assert await given.posted(erp, other.account_id) == (120, 0)
    assert await given.posted(erp, account.account_id) == (0, 0)
    await given.assert_documents_add_up(db, account.account_id, other.account_id)


async def test_a_reservation_that_runs_out_meanwhile_is_drawn_by_nobody(erp: httpx.AsyncClient, db: Database) -> None:
    account = await accounts.account_with(db, 1_000)
    command = Reserve(new_id("res"), account.account_id, Money(600, "EUR"), timedelta(seconds=0))
    await settling.carry_out(db, [accounts.request(command)])
    (refused,) = await given.put(
        erp, given.line(account.account_id, new_id("doc"), 100, reservation_id=command.reservation_id)
    )
    assert refused["code"] == "already_expired"
    assert await given.posted(erp, account.account_id) == (0, 0)


async def test_a_line_that_has_drawn_stays_with_its_reservation_and_account(
    erp: httpx.AsyncClient, db: Database
) -> None:
    account, other = await accounts.account_with(db, 1_000), await accounts.account_with(db, 1_000)
    drawn, another = await reserved(db, account, 300), await reserved(db, account, 300)
    invoice = new_id("doc")
    await given.put(erp, given.line(account.account_id, invoice, 100, reservation_id=drawn))
    (moved,) = await given.put(erp, given.line(other.account_id, invoice, 100, version=2))
    (changed,) = await given.put(erp, given.line(account.account_id, invoice, 100, version=2, reservation_id=another))
    assert [(entry["code"], entry["errors"][0]["pointer"]) for entry in (moved, changed)] == [
        ("line_has_drawn", "/items/0/account_id"),
        ("line_has_drawn", "/items/0/reservation_id"),
    ]
    await given.put(erp, given.line(account.account_id, invoice, 0, version=2))
    assert await given.posted(erp, account.account_id) == (0, 500)
    await given.assert_documents_add_up(db, account.account_id)
