"""What credit checks are told of the documents of an account."""

from datetime import date
from fractions import Fraction
from typing import Any

import httpx

from services.limits.store import items
from shared.db import Database
from shared.ids import new_id
from tests.limits import given as accounts
from tests.limits.items import given


async def test_a_credit_check_is_told_what_is_open_overdue_disputed_and_how_late_was_paid(
    erp: httpx.AsyncClient, db: Database, today: date
) -> None:
    account_id = (await accounts.account_with(db, 100_000)).account_id
    nothing = (await accounts.account_with(db, 100_000)).account_id

    def line(amount_minor: int, category: str = "invoice", **more: Any) -> dict[str, object]:
        return given.line(account_id, new_id("doc"), amount_minor, category=category, **more)

    def paid(amount_minor: int, due: int, on: int) -> dict[str, object]:
        return line(amount_minor, "paid", due_on=given.days(today, due), paid_on=given.days(today, on))

    results = await given.put(
        erp,
        line(1_000, due_on=given.days(today, 0)),
        line(200, due_on=given.days(today, -47), dunning_level=2, paid=given.money(50)),
        line(300, due_on=given.days(today, -3), dunning_level=1, disputed=True),
        line(999, due_on=given.days(today, -400), statistical=True, dunning_level=9),
        line(400, "open_order", ship_on=given.days(today, 11)),
        line(500, "open_order", ship_on=given.days(today, 10)),
        line(600, "open_order"),
        line(70, "unapplied_credit"),
        paid(100, -60, -40),
        paid(300, -60, -70),
        paid(500, -400, -380),
    )
    assert {result["result"] for result in results} == {"applied"}
    async with db.transaction() as tx:
        told = await items.receivables(tx, [account_id, nothing], today, 10)
    found = told[account_id]
    assert (found.open_minor, found.overdue_minor, found.disputed_minor) == (1_450, 450, 300)
    assert (found.oldest_overdue_days, found.dunning_level) == (47, 2)
    # Twenty days late with 100, and in time with 300.
    assert (found.paid_items, found.average_days_late) == (2, Fraction(100 * 20, 400))
    assert found.by_category == {"invoice": 1_450, "open_order": 1_500, "unapplied_credit": 70}
    assert (found.orders_in_horizon_minor, found.orders_beyond_horizon_minor) == (1_100, 400)
    none = told[nothing]
    assert (none.open_minor, none.average_days_late, none.by_category) == (0, None, {})
