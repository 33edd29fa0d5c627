"""Overdue, dunned and late: what a check asks of documents it asks of the whole customer, and of nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.limits.domain.account import Account
from shared.db import Database
from shared.ids import new_id
from tests.limits.checks import given
from tests.limits.checks.conftest import House

LONG_AGO = "2026-01-05"
SOME_DAY = "2090-01-05"


def days_ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


async def opened(house: House, parent: str | None, **stated: Any) -> str:
    """An account that an officer opened."""
    body = {"currency": "EUR", "parent_id": parent, **stated}
    answer = await house.officer.post("/v1/accounts", json=body, headers=given.key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["account_id"])


async def segment(house: House, customer: Account, **stated: Any) -> str:
    """A segment of a customer."""
    names = {"party_id": customer.party_id, "product": customer.product, "segment": new_id("seg")}
    return await opened(house, customer.account_id, kind="segment", **names, **stated)


async def invoice(house: House, account_id: str, minor: int, due_on: str, currency: str = "EUR", **line: Any) -> None:
    """An invoice that the ERP states."""
    amount = given.eur(minor, currency)
    stated = {
        **given.order(version=1),
        "account_id": account_id,
        "category": "invoice",
        "amount": amount,
        "due_on": due_on,
    }
    answer = await house.erp.put("/v1/exposure-items", json={"items": [{**stated, **line}]}, headers=given.key())
    assert (answer.status_code, answer.json()["refused"]) == (200, 0), answer.text


async def rate(house: House, base: str, quote: str, value: str) -> None:
    """An exchange rate of today."""
    stated = {
        "effective_on": days_ago(0),
        "source": "bank",
        "good_for_days": 1,
        "rates": [{"base": base, "quote": quote, "rate": value}],
    }
    assert (await house.erp.put("/v1/fx-rates", json=stated)).status_code == 200


async def test_a_customers_overdue_invoice_blocks_orders_on_its_segments(house: House, db: Database) -> None:
    customer = await given.account_of(db, 100_000)
    spares = await segment(house, customer)
    assert (await given.ask(house.crm, spares, 10))["result"] == "ok"
    await invoice(house, customer.account_id, 100, LONG_AGO)
    await invoice(house, customer.account_id, 900, SOME_DAY)
    found = await given.ask(house.crm, spares, 10, document=given.order())
    assert (found["result"], found["reasons"]) == ("block", ["OLDEST_ITEM_OVERDUE"])
    assert given.step(found, "overdue_share")["operands"]["open"] == given.eur(1_000)


async def test_an_overdue_invoice_of_a_segment_blocks_the_customer_and_the_other_segments(
    house: House, db: Database
) -> None:
    customer = await given.account_of(db, 100_000)
    spares, service = await segment(house, customer), await segment(house, customer)
    await invoice(house, spares, 100, LONG_AGO, dunning_level=3)
    for account_id in (customer.account_id, service):
        found = await given.ask(house.crm, account_id, 10)
        assert set(found["reasons"]) >= {"OLDEST_ITEM_OVERDUE", "DUNNING_LEVEL_TOO_HIGH"}


async def test_another_customer_of_the_group_does_not_answer_for_it(house: House, db: Database) -> None:
    product = new_id("product")
    group = await opened(house, None, party_id=new_id("pty"), product=product, kind="group")
    late, prompt = [await given.account_of(db, 100_000, product=product) for _ in range(2)]
    for account in (late, prompt):
        body = {"parent_id": group, "reason": "one group"}
        moved = await house.officer.post(f"/v1/accounts/{account.account_id}/move", json=body)
        assert moved.status_code == 200, moved.text
    await invoice(house, late.account_id, 100, LONG_AGO, dunning_level=3)
    assert (await given.ask(house.crm, late, 10))["result"] == "block"
    assert (await given.ask(house.crm, prompt, 10))["result"] == "ok"


async def test_the_same_party_in_another_tree_is_another_customer(house: House, db: Database) -> None:
    late = await given.account_of(db, 100_000)
    elsewhere = await given.account_of(db, 100_000, party_id=late.party_id)
    await invoice(house, late.account_id, 100, LONG_AGO)
    assert (await given.ask(house.crm, elsewhere, 10))["result"] == "ok"


async def test_how_late_was_paid_is_weighted_over_all_accounts_of_the_customer(house: House, db: Database) -> None:
    customer = await given.account_of(db, 100_000)
    spares = await segment(house, customer)
    for account_id, minor, paid_on in ((spares, 300, 60), (customer.account_id, 100, 40)):
        await invoice(house, account_id, minor, days_ago(60), category="paid", paid_on=days_ago(paid_on))
    found = await given.ask(house.crm, spares, 10)
    operands = given.step(found, "payment_behaviour")["operands"]
    assert (operands["average_days_late"], operands["paid_items"]) == ("5.00", 2)


async def test_accounts_in_other_currencies_count_at_todays_rate_rounded_up(house: House, db: Database) -> None:
    customer = await given.account_of(db, 100_000)
    await rate(house, "EUR", "KRW", "170")
    exports = await segment(house, customer, currency="KRW")
    await invoice(house, exports, 18, LONG_AGO, "KRW")
    await invoice(house, customer.account_id, 89, SOME_DAY)
    # 18 won are 10.59 cents.
    found = await given.ask(house.crm, customer, 10)
    operands = given.step(found, "overdue_share")["operands"]
    assert (operands["overdue"], operands["open"]) == (given.eur(11), given.eur(100))
    assert found["reasons"] == ["OLDEST_ITEM_OVERDUE"]


async def test_without_a_rate_what_is_overdue_elsewhere_is_not_known_and_blocks(house: House, db: Database) -> None:
    customer = await given.account_of(db, 100_000)
    names = {"product": customer.product, "currency": "THB"}
    group = await opened(house, None, party_id=new_id("pty"), kind="group", **names)
    body = {"parent_id": group, "reason": "one group"}
    assert (await house.officer.post(f"/v1/accounts/{customer.account_id}/move", json=body)).status_code == 200
    thai = await opened(house, group, party_id=customer.party_id, **names)
    await invoice(house, thai, 900, SOME_DAY, "THB")
    await invoice(house, thai, 100, LONG_AGO, "THB", dunning_level=3)
    for _ in range(5):
        await invoice(house, thai, 100, days_ago(60), "THB", category="paid", paid_on=days_ago(60))
    found = await given.ask(house.crm, customer, 10)
    said = {step["step"]: (step["outcome"], step["reason"]) for step in found["steps"]}
    assert said["overdue_share"] == said["payment_behaviour"] == ("missing", "NO_RATE")
    # Days and levels need no rate.
    assert (said["overdue"], said["dunning"]) == (("hit", "OLDEST_ITEM_OVERDUE"), ("hit", "DUNNING_LEVEL_TOO_HIGH"))
    assert found["result"] == "block"


async def test_who_is_late_stays_late_when_a_move_is_tried_out(house: House, db: Database) -> None:
    customer = await given.account_of(db, 100_000)
    group = await opened(house, None, party_id=new_id("pty"), product=customer.product, kind="group")
    await invoice(house, customer.account_id, 100, LONG_AGO)
    changes = [
        {"change": "move", "account_id": customer.account_id, "parent_id": group},
        {"change": "document", "account_id": customer.account_id, "amount": given.eur(10)},
    ]
    tried = (await house.auditor.post("/v1/limit-what-ifs", json={"changes": changes})).json()["changes"]
    assert [entry["result"] for entry in tried] == ["applied", "block"]


async def test_its_own_order_on_a_segment_is_not_held_against_a_document(house: House, db: Database) -> None:
    customer = await given.account_of(db, 1_000)
    spares = await segment(house, customer)
    order = given.order()
    await invoice(house, spares, 800, SOME_DAY, **order, version=1, category="open_order")
    assert (await given.ask(house.crm, spares, 300))["result"] == "block"
    assert (await given.ask(house.crm, spares, 1_000, document=order))["result"] == "ok"
