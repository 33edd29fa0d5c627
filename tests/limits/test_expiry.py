"""A reservation that has run out has run out, whether or not anybody has recorded it."""

import asyncio
from collections import Counter

from sqlalchemy import text

from services.limits.domain.account import Account
from services.limits.domain.checks.question import Question
from services.limits.domain.reservation import State
from services.limits.handlers import accounts, checks, settling
from shared.db import Database
from shared.idempotency import Answer
from shared.money import Money
from tests.limits import given

EVERYTHING = 100_000


async def run_out(db: Database, account: Account, amounts: list[int]) -> list[str]:
    """Reserve for no time at all: the reservations are there and have run out."""
    answers = await settling.carry_out(db, [given.reserve(account, amount, seconds=0) for amount in amounts])
    assert all(isinstance(answer, Answer) for answer in answers)
    return [given.id_of(answer) for answer in answers]


async def recorded_states(db: Database, account: Account) -> Counter[str]:
    found = await given.rows(
        db, "SELECT state FROM reservation WHERE account_id = :account_id", account_id=account.account_id
    )
    return Counter(row.state for row in found)


async def test_what_ran_out_reads_as_expired_before_it_is_recorded(db: Database) -> None:
    account = await given.account_with(db, 1000)
    (reservation_id,) = await run_out(db, account, [1000])
    assert await recorded_states(db, account) == Counter(reserved=1)

    reservation = await settling.get_reservation(db, reservation_id)
    assert (reservation.state, reservation.resolved_at) == (State.EXPIRED, reservation.expires_at)
    assert (await accounts.get_account(db, account.account_id)).available_minor == 1000
    (listed,) = await accounts.list_accounts(db, account.party_id)
    assert listed.available_minor == 1000
    (check,) = await checks.check_limits(db, [Question("chk_1", "crm", Money(1000, "EUR"), party_id=account.party_id)])
    assert given.passed(check)
    assert await recorded_states(db, account) == Counter(reserved=1)


async def test_what_ran_out_makes_room_before_it_is_recorded(db: Database) -> None:
    account = await given.account_with(db, 1000)
    await run_out(db, account, [600, 400])
    (answer,) = await settling.carry_out(db, [given.reserve(account, 1000)])
    assert given.state_of(answer) == "reserved"
    assert await recorded_states(db, account) == Counter(expired=2, reserved=1)
    await given.assert_books_balance(db, account.account_id)


async def test_what_ran_out_cannot_be_captured_before_it_is_recorded(db: Database) -> None:
    account = await given.account_with(db, 1000)
    held = await settling.carry_out(db, [given.reserve(account, 10, seconds=0), given.reserve(account, 10, seconds=0)])
    answers = await settling.carry_out(db, [given.capture(held[0]), given.release(held[1])])
    assert [given.state_of(answer) for answer in answers] == ["already_expired", "already_expired"]
    await given.assert_books_balance(db, account.account_id)


async def test_a_reservation_reads_the_same_before_and_after_its_expiry_is_recorded(db: Database) -> None:
    account = await given.account_with(db, 1000)
    (reservation_id,) = await run_out(db, account, [1000])
    before = await settling.get_reservation(db, reservation_id)
    await settling.expire_due(db, EVERYTHING)
    assert await settling.get_reservation(db, reservation_id) == before


async def test_sweepers_side_by_side_record_and_publish_each_expiry_once(db: Database, rival_db: Database) -> None:
    accounts = [await given.account_with(db, 1000) for _ in range(8)]
    for account in accounts:
        await run_out(db, account, [10] * 25)

    unrecorded = "SELECT 1 FROM reservation WHERE account_id = ANY(:ids) AND state = 'reserved' LIMIT 1"

    async def sweep(pool: Database) -> None:
        while await given.rows(pool, unrecorded, ids=[account.account_id for account in accounts]):
            await settling.expire_due(pool, 30)

    await asyncio.gather(sweep(db), sweep(rival_db), sweep(db), sweep(rival_db))
    for account in accounts:
        assert await recorded_states(db, account) == Counter(expired=25)
        published = await given.rows(
            db,
            "SELECT payload->>'reservation_id' AS id FROM outbox"
            " WHERE aggregateid = :account_id AND type = 'limits.reservation_expired.v1'",
            account_id=account.account_id,
        )
        assert len(published) == len({row.id for row in published}) == 25
        await given.assert_books_balance(db, account.account_id)


async def test_a_sweeper_leaves_accounts_that_are_being_worked_on(db: Database) -> None:
    busy, idle = await given.account_with(db, 1000), await given.account_with(db, 1000)
    for account in (busy, idle):
        await run_out(db, account, [10])
    async with db.transaction() as tx:
        await tx.execute(
            text("SELECT 1 FROM account WHERE account_id = :account_id FOR UPDATE"), {"account_id": busy.account_id}
        )
        await settling.expire_due(db, EVERYTHING)
        assert await recorded_states(db, busy) == Counter(reserved=1)
        assert await recorded_states(db, idle) == Counter(expired=1)
    await settling.expire_due(db, EVERYTHING)
    assert await recorded_states(db, busy) == Counter(expired=1)


async def test_what_has_time_left_is_not_swept(db: Database) -> None:
    account = await given.account_with(db, 1000)
    await settling.carry_out(db, [given.reserve(account, 10)])
    await settling.expire_due(db, EVERYTHING)
    assert await recorded_states(db, account) == Counter(reserved=1)
