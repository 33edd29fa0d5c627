"""What accounts tell by themselves: to whom it matters, once, and with the change that made it true."""

from datetime import date, timedelta

from services.limits.domain.account import Account
from services.limits.domain.reservation import Release, Reserve
from services.limits.domain.terms import TermKind
from services.limits.handlers import granting, settling
from services.limits.handlers.accounts import get_account
from services.limits.handlers.reminding import tell_expiring, tell_reviews
from shared.db import Database
from tests.limits import given as start
from tests.limits.signals import given
from tests.limits.tree import given as trees


async def reserve(db: Database, account: Account, amount_minor: int, *, seconds: float = 3600) -> str:
    """Reserve, and return the id of the reservation."""
    found = await trees.reserve(db, account, amount_minor, seconds=seconds)
    assert found["state"] == "reserved", found
    return str(found["reservation_id"])


async def release(db: Database, reservation_id: str) -> None:
    """Give a reservation back."""
    await settling.carry_out(db, [start.request(Release(reservation_id))])


async def test_an_account_that_fills_up_tells_each_threshold_once(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    for amount_minor in (7_000, 600, 100, 1_400, 900):
        await reserve(db, account, amount_minor)
    assert await given.crossed(db, account) == [(75, "up"), (90, "up"), (100, "up")]
    (first, *_) = await given.told(db, "utilization_crossed")
    assert (first["party_id"], first["utilization_percent"]) == (account.party_id, 76)


async def test_an_account_around_a_threshold_does_not_flap(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    await reserve(db, account, 7_100)
    for _ in range(5):
        await release(db, await reserve(db, account, 450))
    assert await given.crossed(db, account) == [(75, "up")]


async def test_an_account_that_gets_well_below_a_threshold_tells_that_too(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    reservation_id = await reserve(db, account, 9_500)
    await release(db, reservation_id)
    await reserve(db, account, 8_000)
    assert await given.crossed(db, account) == [
        (75, "up"),
        (90, "up"),
        (90, "down"),
        (75, "down"),
        (75, "up"),
    ]


async def test_what_a_batch_takes_over_a_threshold_and_back_tells_nothing(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    request = start.reserve(account, 9_000)
    (command,) = request.commands
    assert isinstance(command, Reserve)
    await settling.carry_out(db, [request, start.request(Release(command.reservation_id))])
    assert await given.crossed(db, account) == []


async def test_every_level_of_a_tree_tells_its_own(db: Database) -> None:
    group = await trees.account(db, "group")
    customer = await trees.account(db, below=group)
    await given.agree(db, group, TermKind.BASE, 10_000)
    await given.agree(db, customer, TermKind.BASE, 100_000)
    await reserve(db, customer, 9_500)
    assert await given.crossed(db, group) == [(75, "up"), (90, "up")]
    assert await given.crossed(db, customer) == []


async def test_a_reservation_that_runs_out_counts_as_gone_for_the_threshold(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    await reserve(db, account, 9_000, seconds=-1)
    await reserve(db, account, 100)
    assert await given.crossed(db, account) == [(75, "up"), (90, "up"), (90, "down"), (75, "down")]


async def test_products_have_thresholds_of_their_own(db: Database) -> None:
    await given.thresholds(db, "trade-credit", 50)
    account = await start.account_with(db, 10_000)
    await reserve(db, account, 9_999)
    assert await given.crossed(db, account) == [(50, "up")]


async def test_a_limit_cut_below_what_is_committed_tells_that_it_is_oversold_by_how_much(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    await reserve(db, account, 8_000)
    cut = start.decision(
        7_500, party_id=account.party_id, decided_at=start.MADE_AT + timedelta(hours=1), product=account.product
    )
    await granting.grant_limits(db, [cut])
    further = start.decision(
        7_000, party_id=account.party_id, decided_at=start.MADE_AT + timedelta(hours=2), product=account.product
    )
    await granting.grant_limits(db, [further])
    (told,) = await given.told(db, "limit_oversold")
    assert (told["account_id"], told["over"]) == (account.account_id, {"amount_minor": 500, "currency": "EUR"})
    assert await given.crossed(db, account) == [(75, "up"), (90, "up"), (100, "up")]


async def test_what_is_told_stays_noted_on_the_account(db: Database) -> None:
    account = await start.account_with(db, 10_000)
    await reserve(db, account, 9_100)
    assert (await get_account(db, account.account_id)).band == 90


async def test_a_limit_that_is_about_to_run_out_is_told_once_and_before_it_does(db: Database) -> None:
    soon, later, never = [await trees.account(db) for _ in range(3)]
    await given.agree(db, soon, TermKind.BASE, 5_000, days=10)
    await given.agree(db, later, TermKind.BASE, 5_000, days=20)
    await given.agree(db, never, TermKind.BASE, 5_000)
    assert await tell_expiring(db, 1) == 1
    assert await tell_expiring(db, 100) == 0
    (told,) = await given.told(db, "limit_expiring")
    assert told["account_id"] == soon.account_id
    assert (told["limit"]["amount_minor"], told["limit_afterwards"]["amount_minor"]) == (5_000, 0)


async def test_a_temporary_increase_is_told_with_what_it_leaves(db: Database) -> None:
    account = await trees.account(db)
    await given.agree(db, account, TermKind.BASE, 5_000, days=12)
    await given.agree(db, account, TermKind.TEMPORARY, 2_000, days=3)
    assert await tell_expiring(db, 100) == 2
    first, second = await given.told(db, "limit_expiring")
    assert (first["limit"]["amount_minor"], first["limit_afterwards"]["amount_minor"]) == (7_000, 5_000)
    assert (second["limit"]["amount_minor"], second["limit_afterwards"]["amount_minor"]) == (5_000, 0)


async def test_products_say_how_long_before_its_end_a_limit_is_told(db: Database) -> None:
    await given.thresholds(db, "trade-credit", 75, notice_days=40)
    account = await trees.account(db)
    await given.agree(db, account, TermKind.BASE, 5_000, days=30)
    assert await tell_expiring(db, 100) == 1


async def test_a_review_that_is_overdue_is_told_once_for_each_date(db: Database) -> None:
    overdue, due_later, without = [await start.account_with(db, 10_000) for _ in range(3)]
    await given.review_on(db, overdue, date(2026, 1, 15))
    await given.review_on(db, due_later, date(2999, 1, 1))
    for _ in range(2):
        await tell_reviews(db, 100)
    assert [(told["account_id"], told["review_due_on"]) for told in await given.told(db, "review_due")] == [
        (overdue.account_id, "2026-01-15")
    ]
    await given.review_on(db, overdue, date(2026, 3, 15))
    await given.review_on(db, without, date(2026, 2, 1))
    for _ in range(2):
        await tell_reviews(db, 1)
    assert len(await given.told(db, "review_due")) == 3
