"""What the gauges say of all accounts, in a bounded number of series."""

from datetime import date
from typing import Any

import pytest

from services.limits import metrics
from services.limits.domain.terms import TermKind
from services.limits.handlers import gauging, settling
from services.limits.handlers.reminding import tell_expiring
from shared.db import Database
from tests.limits import given as start
from tests.limits.signals import given
from tests.limits.tree import given as trees

_GROUP = {"product": "trade-credit", "segment": "", "sbu": ""}


def value(gauge: Any, **labels: str) -> float | None:
    """What a gauge stands at, None without a series of these labels."""
    (family,) = gauge.collect()
    return next((sample.value for sample in family.samples if sample.labels == labels), None)


async def test_accounts_are_counted_by_product_segment_and_unit(db: Database) -> None:
    full, fine = await start.account_with(db, 10_000), await start.account_with(db, 10_000)
    await trees.reserve(db, full, 9_500)
    await given.review_on(db, fine, date(2026, 1, 1))
    await start.rows(db, "UPDATE account SET sbu = 'north' WHERE account_id = :one RETURNING 1", one=full.account_id)
    north = {**_GROUP, "sbu": "north"}
    await gauging.measure(db)
    assert value(metrics.ACCOUNTS, **north, state="open") == 1
    assert value(metrics.ACCOUNTS_BY_UTILIZATION, **north, band="90") == 1
    assert value(metrics.ACCOUNTS_BY_UTILIZATION, **_GROUP, band="0") == 1
    assert (value(metrics.REVIEWS_OVERDUE, **north), value(metrics.REVIEWS_OVERDUE, **_GROUP)) == (0, 1)
    assert value(metrics.ACCOUNTS_OVERSOLD, **north) == 0


async def test_limits_that_were_told_to_expire_are_counted_until_they_are_renewed(db: Database) -> None:
    account = await trees.account(db)
    await given.agree(db, account, TermKind.BASE, 5_000, days=10)
    await tell_expiring(db, 100)
    await gauging.measure(db)
    assert value(metrics.LIMITS_EXPIRING, **_GROUP) == 1
    await given.agree(db, account, TermKind.BASE, 5_000, days=300)
    await gauging.measure(db)
    assert value(metrics.LIMITS_EXPIRING, **_GROUP) == 0


async def test_a_group_that_is_gone_leaves_no_series_behind(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    await gauging.measure(db)
    await start.rows(db, "UPDATE account SET sbu = 'south' WHERE account_id = :one RETURNING 1", one=account.account_id)
    await gauging.measure(db)
    assert value(metrics.ACCOUNTS, **_GROUP, state="open") is None
    assert value(metrics.ACCOUNTS, **{**_GROUP, "sbu": "south"}, state="open") == 1


async def test_groups_beyond_the_largest_share_a_series(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauging, "MOST_GROUPS", 1)
    for sbu in ("north", "north", "south", "west"):
        account = await start.account_with(db, 10_000)
        await start.rows(
            db,
            "UPDATE account SET sbu = :sbu WHERE account_id = :one RETURNING 1",
            sbu=sbu,
            one=account.account_id,
        )
    await gauging.measure(db)
    assert value(metrics.ACCOUNTS, **{**_GROUP, "sbu": "north"}, state="open") == 2
    assert value(metrics.ACCOUNTS, product="other", segment="other", sbu="other", state="open") == 2


async def test_what_nobody_records_as_expired_shows_in_a_gauge(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    await gauging.measure(db)
    assert value(metrics.UNSWEPT_SECONDS, kind="reservations") == 0
    await trees.reserve(db, account, 100, seconds=-3_600)
    await gauging.measure(db)
    waited = value(metrics.UNSWEPT_SECONDS, kind="reservations")
    assert waited is not None
    assert waited >= 3_600
    await settling.expire_due(db, 100)
    await gauging.measure(db)
    assert value(metrics.UNSWEPT_SECONDS, kind="reservations") == 0
