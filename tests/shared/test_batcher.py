"""Group commit: what callers may rely on when their commands share a transaction."""

import asyncio
from collections.abc import Awaitable, Sequence

import pytest

from shared.batcher import MAX_WAITING, Batcher
from shared.errors import Refusal, invalid, unavailable


class Handler:
    """Answers a number with its tenfold and remembers the batches; `hold` keeps batches from finishing."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.free = asyncio.Event()
        self.free.set()
        self.poison: set[int] = set()
        self.refused: set[int] = set()
        self.failure: Exception | None = None

    async def __call__(self, commands: Sequence[int]) -> list[int | Refusal]:
        self.batches.append(list(commands))
        await self.free.wait()
        if self.failure is not None:
            raise self.failure
        if self.poison & set(commands):
            raise ZeroDivisionError
        return [invalid("odd") if command in self.refused else command * 10 for command in commands]


@pytest.fixture
def handler() -> Handler:
    return Handler()


async def gathered(*calls: Awaitable[int]) -> list[int | BaseException]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def fill(batcher: Batcher[int, int], commands: Sequence[int]) -> list[asyncio.Task[int]]:
    """Submit commands that are all waiting when this returns."""
    tasks = [asyncio.create_task(batcher.submit(command)) for command in commands]
    await asyncio.sleep(0)
    return tasks


async def until_under_way() -> None:
    """Let the event loop turn until every batch that can start has started."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_requests_that_come_together_share_one_transaction_and_each_gets_its_own_answer(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    assert await gathered(*(batcher.submit(number) for number in range(100))) == [n * 10 for n in range(100)]
    assert handler.batches == [list(range(100))]


async def test_while_one_batch_is_under_way_the_next_one_fills(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.free.clear()
    first = await fill(batcher, [0])
    await until_under_way()
    assert handler.batches == [[0]]
    rest = await fill(batcher, range(1, 50))
    handler.free.set()
    assert await gathered(*first, *rest) == [n * 10 for n in range(50)]
    assert handler.batches == [[0], list(range(1, 50))]


async def test_a_batch_never_exceeds_its_bound(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler, max_batch=8)
    await gathered(*(batcher.submit(number) for number in range(20)))
    assert [len(batch) for batch in handler.batches] == [8, 8, 4]


async def test_those_who_wait_are_shared_among_the_free_places(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler, in_flight=2)
    handler.free.clear()
    tasks = await fill(batcher, range(20))
    await until_under_way()
    assert len(handler.batches) == 2
    handler.free.set()
    await gathered(*tasks)
    assert sorted(number for batch in handler.batches for number in batch) == list(range(20))
    assert [len(batch) for batch in handler.batches] == [10, 10]


async def test_a_refused_command_leaves_its_neighbours_alone(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.refused = {1}
    first, refused, last = await gathered(*(batcher.submit(number) for number in range(3)))
    assert (first, last) == (0, 20)
    assert isinstance(refused, Refusal)
    assert refused.code == "odd"
    assert len(handler.batches) == 1


async def test_a_poisoned_command_fails_alone(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.poison = {2}
    answers = await gathered(*(batcher.submit(number) for number in range(4)))
    assert isinstance(answers[2], ZeroDivisionError)
    assert answers[:2] + answers[3:] == [0, 10, 30]
    assert handler.batches == [[0, 1, 2, 3], [0], [1], [2], [3]]


async def test_an_obstacle_that_all_share_is_told_to_each_and_met_once(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.failure = unavailable("database_unavailable")
    answers = await gathered(*(batcher.submit(number) for number in range(5)))
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} == {"database_unavailable"}
    assert len(answers) == 5
    assert len(handler.batches) == 1


async def test_a_handler_that_answers_too_few_leaves_nobody_waiting() -> None:
    async def forgetful(commands: Sequence[int]) -> list[int | Refusal]:
        return [0 for _ in commands[1:]]

    batcher: Batcher[int, int] = Batcher("test", forgetful)
    async with asyncio.timeout(5):
        answers = await gathered(batcher.submit(1), batcher.submit(2))
    assert all(isinstance(answer, ValueError) for answer in answers)


async def test_a_caller_that_went_away_is_not_carried_out(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.free.clear()
    first = await fill(batcher, [0])
    await until_under_way()
    assert handler.batches == [[0]]
    gone, here = await fill(batcher, [1, 2])
    gone.cancel()
    handler.free.set()
    assert await gathered(*first, here) == [0, 20]
    assert handler.batches == [[0], [2]]


async def test_a_caller_that_leaves_while_its_batch_is_handled_harms_nobody(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.free.clear()
    gone, here = await fill(batcher, [1, 2])
    await until_under_way()
    assert handler.batches == [[1, 2]]
    gone.cancel()
    handler.free.set()
    assert await here == 20


async def test_a_long_queue_says_no(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.free.clear()
    tasks = await fill(batcher, range(MAX_WAITING))
    with pytest.raises(Refusal) as refused:
        await batcher.submit(-1)
    assert refused.value.code == "overloaded"
    handler.free.set()
    assert await gathered(*tasks) == [n * 10 for n in range(MAX_WAITING)]


async def test_draining_waits_until_everybody_has_been_answered(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler, max_batch=3)
    tasks = await fill(batcher, range(10))
    await batcher.drain()
    assert [task.result() for task in tasks if task.done()] == [n * 10 for n in range(10)]
    await batcher.drain()


async def test_a_batcher_works_on_after_a_failure(handler: Handler) -> None:
    batcher: Batcher[int, int] = Batcher("test", handler)
    handler.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await batcher.submit(1)
    handler.failure = None
    assert await batcher.submit(1) == 10
