"""Accounts that move while business goes on, from several processes: nothing lost or doubled, nobody locked out."""

import asyncio
from collections import Counter
from random import Random

from services.limits.domain.account import Account
from services.limits.domain.reservation import Capture, Release
from services.limits.handlers import accounts, moving, settling
from services.limits.handlers.lanes import Lanes
from services.limits.store import accounts as store
from shared.db import Database
from shared.errors import Refusal
from tests.limits import given as platform
from tests.limits.tree import given


def process(db: Database) -> Lanes:
    """What one API process puts in front of the handler."""
    return Lanes(db)


async def test_business_goes_on_exactly_while_accounts_move(db: Database, rival_db: Database) -> None:
    top = await given.account(db, "group", limit_minor=100_000_000)
    groups = [top, *[await given.account(db, "group", below=top) for _ in range(2)]]
    groups += [await given.account(db, "group", limit_minor=100_000_000) for _ in range(2)]
    customers = [await given.account(db, below=groups[number % 5], limit_minor=10_000_000) for number in range(4)]
    segments = [await given.account(db, "segment", below=customer) for customer in customers]
    processes = [process(db), process(rival_db)]
    reserved: Counter[str] = Counter()
    posted: Counter[str] = Counter()

    async def trade(number: int) -> None:
        chance = Random(number)
        commands = processes[number % 2]
        for _ in range(15):
            owner = chance.choice([*customers, *segments])
            amount = chance.randint(1, 500)
            made = given.body_of(await commands.submit(platform.reserve(owner, amount)))
            assert made["state"] == "reserved", made
            kept = chance.choice(["held", "captured", "part", "released"])
            if kept == "held":
                reserved[owner.account_id] += amount
                continue
            if kept == "released":
                await commands.submit(platform.request(Release(made["reservation_id"])))
                continue
            drawn = amount if kept == "captured" else (amount + 1) // 2
            await commands.submit(platform.request(Capture(made["reservation_id"], owner.money(drawn))))
            posted[owner.account_id] += drawn

    async def move(number: int) -> Counter[str]:
        chance = Random(100 + number)
        outcomes: Counter[str] = Counter()
        for _ in range(6):
            customer, parent = chance.choice(customers), chance.choice([None, *groups])
            parent_id = None if parent is None else parent.account_id
            try:
                await moving.move_account(
                    (db, rival_db)[number % 2], customer.account_id, parent_id, given.KEEPER, "reorganised"
                )
                outcomes["moved"] += 1
            except Refusal as refusal:
                outcomes[refusal.code] += 1
        return outcomes

    async with asyncio.TaskGroup() as rivals:
        for number in range(16):
            rivals.create_task(trade(number))
        movers = [rivals.create_task(move(number)) for number in range(3)]

    outcomes = sum((mover.result() for mover in movers), Counter[str]())
    assert set(outcomes) <= {"moved", "already_there"}
    assert outcomes["moved"] > 5
    everything = [*groups, *customers, *segments]
    await given.assert_tree_balances(db, everything)
    for customer, segment in zip(customers, segments, strict=True):
        ids = (customer.account_id, segment.account_id)
        expected = [
            (sum(reserved[account_id] for account_id in ids), sum(posted[account_id] for account_id in ids)),
            (reserved[segment.account_id], posted[segment.account_id]),
        ]
        assert await given.balances(db, customer, segment) == expected
    for group in groups:
        await assert_group_is_the_sum_of_what_stands_below(db, group)
    # Once all have left, nothing stays behind in any group.
    for customer in customers:
        if len((await accounts.get_account(db, customer.account_id)).path) > 1:
            await moving.move_account(db, customer.account_id, None, given.KEEPER, "dissolved")
    assert await given.balances(db, *groups) == [(0, 0)] * len(groups)
    await given.assert_tree_balances(db, everything)


async def assert_group_is_the_sum_of_what_stands_below(db: Database, group: Account) -> None:
    found, complete = await accounts.list_below(db, group.account_id)
    assert complete
    own = next(entry.account for entry in found if entry.account.account_id == group.account_id)
    children = [entry.account for entry in found if entry.account.path[:-1] == own.path]
    assert own.reserved_minor == sum(child.reserved_minor for child in children)
    assert own.posted_minor == sum(child.posted_minor for child in children)


async def test_who_waits_for_a_move_reserves_where_the_account_then_stands(db: Database, rival_db: Database) -> None:
    customer = await given.account(db, limit_minor=1000)
    group = await given.account(db, "group", limit_minor=100)
    assert customer.account_id < group.account_id, "the mover has the customer before it waits for the group"
    async with rival_db.transaction() as tx:
        await store.lock(tx, [group.account_id])
        mover = asyncio.create_task(
            moving.move_account(db, customer.account_id, group.account_id, given.KEEPER, "joins")
        )
        await waiting(rival_db, 1)
        reserved = asyncio.create_task(
            settling.carry_out(db, [platform.reserve(customer, 60), platform.reserve(customer, 60)])
        )
        await waiting(rival_db, 2)
    await mover
    first, second = map(given.body_of, await reserved)
    assert (first["state"], second["reason"]) == ("reserved", "INSUFFICIENT_AVAILABLE")
    assert second["obstacle_account_id"] == group.account_id
    assert await given.balances(db, group, customer) == [(60, 0), (60, 0)]
    await given.assert_tree_balances(db, [group, customer])


async def waiting(db: Database, number: int) -> None:
    """Return once that many transactions of this database wait for a lock."""
    query = "SELECT count(DISTINCT pid) AS n FROM pg_locks WHERE NOT granted"
    found = 0
    while found < number:
        (row,) = await platform.rows(db, query)
        found = row.n


async def test_rivals_who_move_two_groups_below_each_other_never_make_a_cycle(db: Database, rival_db: Database) -> None:
    for _ in range(6):
        one, other = [await given.account(db, "group") for _ in range(2)]
        outcomes = await asyncio.gather(
            moving.move_account(db, one.account_id, other.account_id, given.KEEPER, "below"),
            moving.move_account(rival_db, other.account_id, one.account_id, given.KEEPER, "below"),
            return_exceptions=True,
        )
        refusals = [entry for entry in outcomes if isinstance(entry, BaseException)]
        assert [entry.code for entry in refusals if isinstance(entry, Refusal)] == ["tree_cycle"]
        paths = {len((await accounts.get_account(db, entry.account_id)).path) for entry in (one, other)}
        assert paths == {1, 2}


async def test_segments_that_are_opened_while_their_customer_moves_move_along(db: Database, rival_db: Database) -> None:
    groups = [await given.account(db, "group") for _ in range(2)]
    customer = await given.account(db, below=groups[0])

    async def open_some(source: Database) -> list[Account]:
        return [await given.account(source, "segment", below=customer) for _ in range(8)]

    async def move_some() -> None:
        for number in range(9):
            parent_id = groups[(number + 1) % 2].account_id
            await moving.move_account(rival_db, customer.account_id, parent_id, given.KEEPER, "reorganised")

    first, second, _ = await asyncio.gather(open_some(db), open_some(rival_db), move_some())
    path = (groups[1].account_id, customer.account_id)
    for segment in (*first, *second):
        found = await accounts.get_account(db, segment.account_id)
        assert found.path == (*path, segment.account_id)
