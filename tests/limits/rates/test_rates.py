"""Exchange rates as an ERP states them, and what holds in trees of several currencies."""

import asyncio
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import ProgrammingError

from services.limits.handlers import accounts, bookkeeping, moving
from services.limits.store import rates
from shared.db import Database
from shared.errors import Refusal
from tests.limits import given as platform
from tests.limits.tree import given

TODAY = datetime.now(UTC).date()


async def state(
    erp: httpx.AsyncClient, *stated: tuple[str, str, str], days_ago: int = 0, **fields: Any
) -> httpx.Response:
    body = {
        "effective_on": (TODAY - timedelta(days=days_ago)).isoformat(),
        "source": "ECB",
        "rates": [{"base": base, "quote": quote, "rate": rate} for base, quote, rate in stated],
        **fields,
    }
    return await erp.put("/v1/fx-rates", json=body)


async def rate(db: Database, source: str, target: str, days_ago: int = 0) -> Fraction | None:
    async with db.transaction() as tx:
        found = await rates.current(tx, {source, target}, TODAY - timedelta(days=days_ago))
    return found.rate(source, target)


async def test_the_last_statement_for_a_day_speaks_and_all_are_kept(erp: httpx.AsyncClient, db: Database) -> None:
    first = await state(erp, ("AAA", "AAB", "1.5"), ("AAA", "AAC", "2"))
    assert (first.status_code, first.json()["stated"], first.json()["unchanged"]) == (200, 2, 0)
    assert (await state(erp, ("AAA", "AAB", "1.50"), ("AAA", "AAC", "2"))).json()["stated"] == 0
    assert (await state(erp, ("AAA", "AAB", "1.25"))).json()["stated"] == 1
    assert await rate(db, "AAA", "AAB") == Fraction(5, 4)
    kept = await platform.rows(
        db, "SELECT rate, actor, source FROM fx_rate WHERE base = 'AAA' AND quote = 'AAB' ORDER BY statement"
    )
    assert [(str(row.rate.normalize()), row.actor, row.source) for row in kept] == [
        ("1.5", "erp", "ECB"),
        ("1.25", "erp", "ECB"),
    ]


async def test_rates_hold_from_their_day_until_they_are_too_old(erp: httpx.AsyncClient, db: Database) -> None:
    await state(erp, ("BAA", "BAB", "4"), days_ago=20)
    await state(erp, ("BAA", "BAB", "5"), days_ago=3)
    assert await rate(db, "BAA", "BAB") == 5
    assert await rate(db, "BAB", "BAA") == Fraction(1, 5)
    assert await rate(db, "BAA", "BAB", days_ago=14) == 4
    assert await rate(db, "BAA", "BAB", days_ago=13) is None
    assert await rate(db, "BAA", "BAB", days_ago=21) is None
    # What was missing for a day in the past can be stated later.
    await state(erp, ("BAA", "BAB", "4.5"), days_ago=13, good_for_days=2)
    assert await rate(db, "BAA", "BAB", days_ago=12) == Fraction(9, 2)
    assert await rate(db, "BAA", "BAB") == 5


async def test_two_currencies_meet_in_one_that_both_have_a_rate_with(erp: httpx.AsyncClient, db: Database) -> None:
    await state(erp, ("CAA", "CAB", "3"), ("CAA", "CAC", "0.5"))
    assert await rate(db, "CAB", "CAC") == Fraction(1, 6)


async def test_rates_are_listed_by_pair_and_page_as_of_a_day(erp: httpx.AsyncClient) -> None:
    await state(erp, *(("DAA", f"DA{letter}", "1.10") for letter in "BCDEF"), days_ago=9)
    await state(erp, ("DAA", "DAB", "1.2"))
    seen: list[dict[str, Any]] = []
    cursor: str | None = "DAA-AAA"
    while cursor is not None and len(seen) < 5:
        page = (await erp.get("/v1/fx-rates", params={"limit": 2, "cursor": cursor})).json()
        seen.extend(page["items"])
        cursor = page["next_cursor"]
    assert [(entry["quote"], entry["rate"], entry["is_good"]) for entry in seen[:5]] == [
        ("DAB", "1.2", True),
        *[(f"DA{letter}", "1.1", False) for letter in "CDEF"],
    ]
    day = (TODAY - timedelta(days=9)).isoformat()
    then = (await erp.get("/v1/fx-rates", params={"limit": 1, "cursor": "DAA-AAA", "on": day})).json()
    assert (then["on"], then["items"][0]["rate"], then["items"][0]["is_good"]) == (day, "1.1", True)
    assert then["items"][0]["good_until"] == (TODAY - timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("stated", "fields", "pointer"),
    [
        ([("EUR", "EUR", "1")], {}, "/rates/0/quote"),
        ([("EUR", "USD", "1"), ("USD", "EUR", "1")], {}, "/rates/1"),
        ([("EUR", "USD", "0")], {}, "/rates/0/rate"),
        ([("EUR", "USD", "0.00")], {}, "/rates/0/rate"),
        ([("EUR", "USD", "-1")], {}, "/rates/0/rate"),
        ([("EUR", "USD", "1e5")], {}, "/rates/0/rate"),
        ([("EUR", "USD", "NaN")], {}, "/rates/0/rate"),
        ([("EUR", "USD", "1.12345678901")], {}, "/rates/0/rate"),
        ([("EUR", "USD", "12345678901")], {}, "/rates/0/rate"),
        ([("euro", "USD", "1")], {}, "/rates/0/base"),
        ([], {}, "/rates"),
        ([("EUR", "USD", "1")], {"effective_on": "tomorrow"}, "/effective_on"),
        ([("EUR", "USD", "1")], {"effective_on": "9999-12-31"}, "/effective_on"),
        ([("EUR", "USD", "1")], {"good_for_days": 0}, "/good_for_days"),
        ([("EUR", "USD", "1")], {"good_for_days": 367}, "/good_for_days"),
    ],
)
async def test_rates_that_can_not_be_are_refused_where_they_stand(
    erp: httpx.AsyncClient, stated: list[tuple[str, str, str]], fields: dict[str, Any], pointer: str
) -> None:
    answer = await state(erp, *stated, **fields)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("statement", ["UPDATE fx_rate SET rate = 1", "DELETE FROM fx_rate", "DELETE FROM fx_pair"])
async def test_the_service_cannot_change_what_was_stated(db: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await platform.rows(db, statement)


async def test_rivals_who_state_the_same_rates_state_them_once(erp: httpx.AsyncClient, db: Database) -> None:
    stated = [("EAA", f"EA{letter}", "1.5") for letter in "BCDEFGH"]
    answers = await asyncio.gather(*(state(erp, *order) for order in (stated, stated[::-1]) * 4))
    assert sum(answer.json()["stated"] for answer in answers) == len(stated)
    assert len(await platform.rows(db, "SELECT 1 FROM fx_rate WHERE base = 'EAA'")) == len(stated)


async def test_a_group_in_euro_bounds_what_its_customers_reserve_in_yen(erp: httpx.AsyncClient, db: Database) -> None:
    group = await given.account(db, "group", limit_minor=100_00, currency="FAA")
    customer = await given.account(db, below=group, limit_minor=1_000_000, currency="JPY")
    without = await given.reserve(db, customer, 1)
    assert (without["reason"], without["obstacle_account_id"]) == ("NO_RATE", group.account_id)

    await state(erp, ("FAA", "JPY", "163.7"))
    made = await given.reserve(db, customer, 1000)
    assert made["state"] == "reserved"
    # 1,000 yen are 6.1087... euro.
    assert await given.balances(db, group, customer) == [(611, 0), (1000, 0)]
    shown = await accounts.get_standing(db, customer.account_id)
    assert shown.headroom_minor == (100_00 - 611) * 1637 // 1000
    assert (await given.reserve(db, customer, (shown.headroom_minor or 0) + 1))["reason"] == "INSUFFICIENT_AVAILABLE"

    for _ in range(3):
        await given.capture(db, made["reservation_id"], customer.money(333), final=False)
    await given.capture(db, made["reservation_id"])
    assert await given.balances(db, group, customer) == [(0, 611), (0, 1000)]
    await given.assert_tree_balances(db, [group, customer])


async def test_a_reservation_gives_back_what_it_holds_whatever_rates_do_meanwhile(
    erp: httpx.AsyncClient, db: Database
) -> None:
    await state(erp, ("GAA", "GAB", "1.25"))
    group = await given.account(db, "group", limit_minor=100_000, currency="GAA")
    customer = await given.account(db, below=group, limit_minor=100_000, currency="GAB")
    made = await given.reserve(db, customer, 1000)
    await state(erp, ("GAA", "GAB", "0.5"))
    assert await given.balances(db, group) == [(800, 0)]
    await given.capture(db, made["reservation_id"], customer.money(500))
    assert await given.balances(db, group, customer) == [(0, 400), (0, 500)]
    await given.assert_tree_balances(db, [group, customer])


async def test_who_moves_to_a_group_in_another_currency_takes_off_later_what_was_put_on(
    erp: httpx.AsyncClient, db: Database
) -> None:
    await state(erp, ("HAA", "HAB", "3"))
    group = await given.account(db, "group", limit_minor=100_000, currency="HAA")
    customer = await given.account(db, limit_minor=100_000, currency="HAB")
    drawn = [await given.reserve(db, customer, 100) for _ in range(3)]
    await given.capture(db, drawn[0]["reservation_id"])
    await moving.move_account(db, customer.account_id, group.account_id, given.KEEPER, "joins")
    # Each of two reservations holds a third of its amount, rounded up.
    assert await given.balances(db, group, customer) == [(68, 34), (200, 100)]
    await given.capture(db, drawn[1]["reservation_id"], customer.money(50), final=False)
    await given.assert_tree_balances(db, [group, customer])
    await moving.move_account(db, customer.account_id, None, given.KEEPER, "leaves")
    assert await given.balances(db, customer) == [(150, 150)]
    (left,) = await given.balances(db, group)
    assert left[0] == 0
    await given.assert_tree_balances(db, [group, customer])


async def test_nobody_moves_between_currencies_without_a_rate(db: Database) -> None:
    group = await given.account(db, "group", limit_minor=100_000, currency="IAA")
    customer = await given.account(db, limit_minor=100_000, currency="IAB")
    await given.reserve(db, customer, 100)
    with pytest.raises(Refusal) as caught:
        await moving.move_account(db, customer.account_id, group.account_id, given.KEEPER, "joins")
    assert caught.value.code == "no_rate"
    assert await given.balances(db, group, customer) == [(0, 0), (100, 0)]


async def test_books_know_the_rates_of_amounts_in_other_currencies_if_asked_for(
    erp: httpx.AsyncClient, db: Database
) -> None:
    await state(erp, ("JAA", "JAB", "2"))
    account = await given.account(db, currency="JAA")
    async with db.transaction() as tx:
        unasked = await bookkeeping.open_books(tx, [account.account_id])
        asked = await bookkeeping.open_books(tx, [account.account_id], currencies={"JAB"})
        read = await bookkeeping.read_books(tx, [account.account_id], {"JAB"})
    assert unasked.rates.rate("JAA", "JAB") is None
    assert asked.rates.rate("JAA", "JAB") == read.rates.rate("JAA", "JAB") == 2
