"""Many at once, from several processes: exact, each effect once."""

import asyncio
from collections import Counter
from random import Random

from services.limits.domain.account import MAX_DEPTH, Account
from services.limits.domain.reservation import Reserve
from services.limits.handlers import accounts, settling
from services.limits.handlers.lanes import Lanes
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Answer
from shared.ids import new_id
from tests.limits import given


def process(db: Database) -> Lanes:
    """What one API process puts in front of the handler."""
    return Lanes(db)


async def outcome(commands: Lanes, request: settling.Request) -> Answer | Refusal:
    try:
        return await commands.submit(request)
    except Refusal as refusal:
        return refusal


async def test_64_rivals_fill_an_account_with_50_000_reservations_and_never_oversell(
    db: Database, rival_db: Database
) -> None:
    account = await given.account_with(db, 30_000_000)
    processes = [process(db), process(rival_db)]
    sizes = Random(5)
    asked = iter([sizes.randint(1, 1500) for _ in range(50_000)])
    states: Counter[str] = Counter()

    async def rival(number: int) -> int:
        acknowledged = 0
        for amount in asked:
            answer = await outcome(processes[number % 2], given.reserve(account, amount))
            states[given.state_of(answer)] += 1
            acknowledged += amount if given.state_of(answer) == "reserved" else 0
        return acknowledged

    acknowledged = sum(await asyncio.gather(*(rival(number) for number in range(64))))
    assert sum(states.values()) == 50_000
    assert states["declined"] > 5_000
    after = await accounts.get_account(db, account.account_id)
    assert after.reserved_minor == acknowledged
    assert 0 <= after.available_minor < 1500
    await given.assert_books_balance(db, account.account_id)


async def test_rivals_in_random_trees_never_lock_each_other_out(db: Database, rival_db: Database) -> None:
    chance = Random(7)
    made = [await given.account_with(db, chance.choice([3_000, 30_000, 300_000])) for _ in range(40)]
    parent_of = {place: chance.randrange(place) for place in range(1, 40) if chance.random() < 0.9}
    paths: list[list[str]] = []
    for place, account in enumerate(made):
        above = paths[parent_of[place]] if place in parent_of and len(paths[parent_of[place]]) < MAX_DEPTH else []
        paths.append([*above, account.account_id])
        await given.rows(
            db,
            "UPDATE account SET path = :path WHERE account_id = :account_id RETURNING 1",
            path=paths[-1],
            account_id=account.account_id,
        )
    assert max(map(len, paths)) == MAX_DEPTH

    def batch() -> list[settling.Request]:
        return [given.reserve(chance.choice(made), chance.randint(1, 900)) for _ in range(30)]

    async def transactions(own: Database) -> list[Answer | Refusal]:
        return [answer for _ in range(5) for answer in await settling.carry_out(own, batch())]

    answers = await asyncio.gather(*(transactions(own) for own in (db, rival_db) for _ in range(6)))
    states = Counter(given.state_of(answer) for batch_answers in answers for answer in batch_answers)
    assert sum(states.values()) == states["reserved"] + states["declined"] == 1_800
    assert min(states["reserved"], states["declined"]) > 50
    for account in made:
        await given.assert_books_balance(db, account.account_id)


async def test_of_two_captures_and_two_releases_at_once_exactly_one_wins(db: Database, rival_db: Database) -> None:
    account = await given.account_with(db, 10_000_000)
    held = await settling.carry_out(db, [given.reserve(account, 1000) for _ in range(2_000)])
    processes = [process(db), process(rival_db)]
    requests = [make(answer) for answer in held for make in (given.capture, given.release) for _ in processes]
    Random(11).shuffle(requests)

    answers = await asyncio.gather(
        *(outcome(processes[number % 2], request) for number, request in enumerate(requests)),
    )
    by_reservation: dict[str, Counter[str]] = {given.id_of(answer): Counter() for answer in held}
    for request, answer in zip(requests, answers, strict=True):
        (command,) = request.commands
        assert not isinstance(command, Reserve)
        by_reservation[command.reservation_id][given.state_of(answer)] += 1
    captured = 0
    for found in by_reservation.values():
        if found["captured"]:
            assert found == Counter(captured=1, already_captured=3)
            captured += 1
        else:
            assert found == Counter(released=1, already_released=3)
    after = await accounts.get_account(db, account.account_id)
    assert (after.posted_minor, after.reserved_minor) == (captured * 1000, 0)
    await given.assert_books_balance(db, account.account_id)


async def test_one_key_sent_200_times_has_one_effect_and_one_answer(db: Database, rival_db: Database) -> None:
    account = await given.account_with(db, 1_000_000)
    processes = [process(db), process(rival_db)]
    key = new_id("key")
    answers = await asyncio.gather(
        *(outcome(processes[number % 2], given.reserve(account, 10, key=key)) for number in range(200)),
    )
    assert len({answer.body for answer in answers if isinstance(answer, Answer)}) == 1
    assert len(answers) == 200
    assert (await accounts.get_account(db, account.account_id)).reserved_minor == 10
    await assert_events(db, account, reserved=1)


async def test_a_retry_that_comes_while_the_first_request_is_at_work_gets_its_answer(
    db: Database, rival_db: Database
) -> None:
    account = await given.account_with(db, 1_000_000)
    held = await settling.carry_out(db, [given.reserve(account, 10) for _ in range(100)])
    requests = [given.capture(answer, key=new_id("key")) for answer in held]
    processes = [process(db), process(rival_db)]
    first, second = await asyncio.gather(
        *(asyncio.gather(*(outcome(own, request) for request in requests)) for own in processes)
    )
    assert first == second
    assert {given.state_of(answer) for answer in first} == {"captured"}


async def test_every_change_is_published_once_with_what_was_left(db: Database) -> None:
    account = await given.account_with(db, 1000)
    first, second, declined = await settling.carry_out(
        db, [given.reserve(account, 600), given.reserve(account, 300), given.reserve(account, 200)]
    )
    await settling.carry_out(db, [given.capture(first, 500), given.release(second)])
    assert given.state_of(declined) == "declined"
    published = await given.rows(
        db,
        "SELECT type, payload FROM outbox WHERE aggregateid = :account_id AND type LIKE '%reservation%' ORDER BY seq",
        account_id=account.account_id,
    )
    told = [
        (row.type, row.payload["amount"]["amount_minor"], row.payload["available"]["amount_minor"]) for row in published
    ]
    assert told == [
        ("limits.reservation_reserved.v1", 600, 400),
        ("limits.reservation_reserved.v1", 300, 100),
        ("limits.reservation_declined.v1", 200, 100),
        ("limits.reservation_captured.v1", 500, 200),
        ("limits.reservation_released.v1", 300, 500),
    ]


async def assert_events(db: Database, account: Account, **expected: int) -> None:
    found = await given.rows(
        db,
        "SELECT split_part(type, '_', 2) AS type FROM outbox"
        " WHERE aggregateid = :account_id AND type LIKE 'limits.reservation%'",
        account_id=account.account_id,
    )
    assert Counter(row.type.removesuffix(".v1") for row in found) == Counter(expected)
