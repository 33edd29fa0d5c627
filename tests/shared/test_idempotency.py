"""A retried request has one effect and gets the first answer, byte for byte."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from shared import outbox
from shared.db import Database, Transaction
from shared.errors import Refusal, conflict
from shared.idempotency import Answer, Claim, once, sweep
from tests.shared.kit import count_rows, counted, rows_of


def claim(key: str = "key", body: bytes = b"body", client: str = "los", route: str = "POST /v1/things") -> Claim:
    return Claim(client, route, key, body)


class Work:
    """Commands whose effect is one outbox row each, and whose answer shows how often they ran."""

    def __init__(self, refuse: bool = False) -> None:
        self.refuse = refuse

    async def __call__(self, tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        if self.refuse:
            return [conflict("not_now") for _ in places]
        await outbox.put(tx, [counted(place) for place in places])
        effects = await count_rows(tx, "outbox")
        return [Answer(201, f'{{"n":{effects},"snow":"\u2603 {place}"}}'.encode(), f"/{place}") for place in places]


async def carry_out(db: Database, *claims: Claim, refuse: bool = False) -> list[Answer | Refusal]:
    return await once(db, claims, Work(refuse))


async def carry_out_one(db: Database, entry: Claim, refuse: bool = False) -> Answer | Refusal:
    (answer,) = await carry_out(db, entry, refuse=refuse)
    return answer


async def test_the_same_request_again_gets_the_first_answer_and_has_no_second_effect(db: Database) -> None:
    first = await carry_out_one(db, claim())
    assert isinstance(first, Answer)
    assert await carry_out_one(db, claim()) == first
    assert await rows_of(db, "outbox") == 1


async def test_the_same_key_with_another_body_is_refused(db: Database) -> None:
    await carry_out_one(db, claim(body=b"one"))
    second = await carry_out_one(db, claim(body=b"two"))
    assert isinstance(second, Refusal)
    assert (second.kind, second.code) == ("invalid", "idempotency_key_reused")
    assert await rows_of(db, "outbox") == 1


@pytest.mark.parametrize("other", [claim(client="crm"), claim(route="POST /v1/others"), claim(key="key2")])
async def test_a_key_belongs_to_one_client_and_route(db: Database, other: Claim) -> None:
    await carry_out(db, claim(), other)
    assert await rows_of(db, "outbox") == 2


async def test_a_refused_command_gives_its_key_back(db: Database) -> None:
    refused = await carry_out_one(db, claim(), refuse=True)
    assert isinstance(refused, Refusal)
    assert refused.code == "not_now"
    assert isinstance(await carry_out_one(db, claim(body=b"mended")), Answer)


async def test_duplicates_within_one_batch_have_one_effect_and_one_answer(db: Database) -> None:
    answers = await carry_out(db, claim("a"), claim("b"), claim("a"), claim("a", b"other"))
    assert answers[0] == answers[2] != answers[1]
    assert isinstance(answers[3], Refusal)
    assert answers[3].code == "idempotency_key_reused"
    assert await rows_of(db, "outbox") == 2


async def test_duplicates_of_a_refused_command_are_refused_alike(db: Database) -> None:
    answers = await carry_out(db, claim(), claim(), refuse=True)
    assert [answer.code for answer in answers if isinstance(answer, Refusal)] == ["not_now", "not_now"]
    assert await rows_of(db, "idempotency") == 0


async def test_a_batch_mixes_old_keys_and_new_ones(db: Database) -> None:
    old = await carry_out_one(db, claim("old"))
    answers = await carry_out(db, claim("new"), claim("old"), claim("newer"))
    assert answers[1] == old
    assert await rows_of(db, "outbox") == 3


async def test_rivals_with_one_key_have_one_effect_and_identical_answers(db: Database, rival_db: Database) -> None:
    answers = await asyncio.gather(*(carry_out_one(of, claim()) for of in [db, rival_db] * 8))
    assert isinstance(answers[0], Answer)
    assert all(answer == answers[0] for answer in answers)
    assert await rows_of(db, "outbox") == 1


async def test_batches_with_common_keys_in_opposite_order_do_not_deadlock(db: Database, rival_db: Database) -> None:
    keys = [claim(f"key{number}") for number in range(2000)]
    forward, backward = await asyncio.gather(carry_out(db, *keys), carry_out(rival_db, *reversed(keys)))
    assert forward == backward[::-1]
    assert await rows_of(db, "outbox") == 2000


async def test_a_rival_of_a_crashed_request_carries_it_out(db: Database, rival_db: Database) -> None:
    rivals: list[asyncio.Task[Answer | Refusal]] = []

    async def crash(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        await Work()(tx, places)
        rivals.append(asyncio.create_task(carry_out_one(rival_db, claim())))
        await asyncio.sleep(0.05)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await once(db, [claim()], crash)
    assert isinstance(await rivals[0], Answer)
    assert await rows_of(db, "outbox") == 1


async def test_whoever_comes_second_to_commit_takes_back_its_effect(db: Database, rival_db: Database) -> None:
    attempts = 0

    async def slow(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        nonlocal attempts
        attempts += 1
        answers = await Work()(tx, places)
        if attempts == 1:
            await carry_out_one(rival_db, claim("both"))
        return answers

    both, alone = await once(db, [claim("both"), claim("alone")], slow)
    assert both == await carry_out_one(rival_db, claim("both"))
    assert isinstance(alone, Answer)
    assert attempts == 2
    assert await rows_of(db, "outbox") == 2


async def test_a_crash_before_the_commit_leaves_neither_key_nor_effect(db: Database) -> None:
    async def crash(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        await Work()(tx, places)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await once(db, [claim()], crash)
    assert (await rows_of(db, "idempotency"), await rows_of(db, "outbox")) == (0, 0)


async def test_an_answer_is_remembered_for_a_day(db: Database) -> None:
    await carry_out(db, claim("old"), claim("young"))
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE idempotency SET created_at = now() - interval '25 hours' WHERE key = 'old'"))
        assert await sweep(tx) == 1
    await carry_out(db, claim("old"), claim("young"))
    assert await rows_of(db, "outbox") == 3
