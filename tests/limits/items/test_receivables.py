"""What credit checks are told of the documents of a customer."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import httpx
import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

from services.limits.domain.items.receivables import InCurrency, customer_of, joined
from services.limits.domain.rates import Rates
from services.limits.store import receivables
from shared.db import Database
from shared.ids import new_id
from tests.limits import given as accounts
from tests.limits.items import given


async def test_a_credit_check_is_told_what_is_open_overdue_disputed_and_how_late_was_paid(
    erp: httpx.AsyncClient, db: Database, today: date
) -> None:
    account = await accounts.account_with(db, 100_000)
    nothing = await accounts.account_with(db, 100_000)
    account_id = account.account_id

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
        told = await receivables.of_customers(tx, [customer_of(account), customer_of(nothing)], today)
    # Twenty days late with 100, and in time with 300.
    assert told[customer_of(account)] == [
        InCurrency(
            "EUR",
            open_minor=1_450,
            overdue_minor=450,
            disputed_minor=300,
            oldest_overdue_days=47,
            dunning_level=2,
            paid_items=2,
            paid_minor=400,
            minor_days_late=2_000,
        )
    ]
    assert told[customer_of(nothing)] == []


AMOUNTS = st.integers(0, 10**6)
PARTS = st.builds(
    InCurrency,
    currency=st.sampled_from(["EUR", "USD", "JPY"]),
    open_minor=AMOUNTS,
    overdue_minor=AMOUNTS,
    disputed_minor=AMOUNTS,
    oldest_overdue_days=st.integers(0, 99),
    dunning_level=st.integers(0, 9),
    paid_items=st.just(1),
    paid_minor=st.integers(1, 10**6),
    minor_days_late=AMOUNTS,
)
RATES = Rates({("USD", "EUR"): Fraction(9, 10), ("EUR", "JPY"): Fraction(170)})


@settings(max_examples=60)
@hypothesis.given(st.lists(PARTS, min_size=1, max_size=5))
def test_what_a_customer_owes_is_never_told_as_less_than_it_is_in_any_currency(parts: list[InCurrency]) -> None:
    told = joined(parts, "EUR", RATES)
    exact = sum(RATES.exact(part.overdue_minor, part.currency, "EUR") or 0 for part in parts)
    assert told.overdue_minor is not None
    assert exact <= told.overdue_minor < exact + len(parts)
    assert told.oldest_overdue_days == max(part.oldest_overdue_days for part in parts)
    late = [Fraction(part.minor_days_late, part.paid_minor) for part in parts]
    assert told.average_days_late is not None
    assert min(late) <= told.average_days_late <= max(late)


@settings(max_examples=40)
@hypothesis.given(st.lists(PARTS, min_size=2, max_size=5))
def test_what_is_joined_does_not_depend_on_how_it_lies_on_accounts(parts: list[InCurrency]) -> None:
    in_euros = [replace(part, currency="EUR") for part in parts]
    one = InCurrency(
        "EUR",
        open_minor=sum(part.open_minor for part in in_euros),
        overdue_minor=sum(part.overdue_minor for part in in_euros),
        disputed_minor=sum(part.disputed_minor for part in in_euros),
        oldest_overdue_days=max(part.oldest_overdue_days for part in in_euros),
        dunning_level=max(part.dunning_level for part in in_euros),
        paid_items=len(in_euros),
        paid_minor=sum(part.paid_minor for part in in_euros),
        minor_days_late=sum(part.minor_days_late for part in in_euros),
    )
    assert joined(in_euros, "EUR", Rates()) == joined([one], "EUR", Rates())


def test_without_a_rate_days_and_levels_are_known_and_amounts_are_not() -> None:
    parts = [InCurrency("EUR", open_minor=5), InCurrency("THB", 9, 9, 0, 40, 2, paid_items=1, paid_minor=1)]
    told = joined(parts, "EUR", RATES)
    assert (told.open_minor, told.overdue_minor, told.average_days_late) == (None, None, None)
    assert (told.oldest_overdue_days, told.dunning_level, told.paid_items) == (40, 2, 1)
    # Nothing of it is disputed, in whatever currency.
    assert told.disputed_minor == 0
