"""Group commit: concurrent requests share one transaction.

While one batch is being handled the next one fills, so an idle service adds no latency and a busy one spreads the
cost of a commit over everybody who waits for it. There are no timers. (The idea is TigerBeetle's.)
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, Generic, TypeVar

from shared.errors import Kind, Refusal
from shared.metrics import BATCH_SIZE

C = TypeVar("C")
R = TypeVar("R")

Handle = Callable[[Sequence[C]], Awaitable[Sequence[R | Refusal]]]
"""Handles commands in one transaction; returns one result, or the refusal of that one command, for each."""

MAX_WAITING: Final = 4096
"""Beyond this many waiting commands new ones are refused: a short queue that says no beats a long one that lies."""

_TURNS: Final = 3


class Batcher(Generic[C, R]):
    """Gathers commands and hands them to `handle` in batches, `in_flight` of them at a time."""

    def __init__(self, name: str, handle: Handle[C, R], *, max_batch: int = 256, in_flight: int = 1) -> None:
        self._size = BATCH_SIZE.labels(name)
        self._handle = handle
        self._max_batch = max_batch
        self._free = in_flight
        self._gathering = 0
        self._waiting: deque[tuple[C, asyncio.Future[R]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, command: C) -> R:
        """Return the result of `command`; raises its `Refusal`, or whatever its batch failed with."""
        if len(self._waiting) >= MAX_WAITING:
            raise Refusal(Kind.UNAVAILABLE, "overloaded", "too many requests are waiting; try again")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        self._start()
        return await future

    async def drain(self) -> None:
        """Wait until everything submitted so far has been answered."""
        while self._running:
            await asyncio.wait(self._running)

    def _start(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self._gathering += 1
            # A context of its own: a batch must not pass for the request that happened to start it.
            task = asyncio.get_running_loop().create_task(self._run(), context=Context())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        # The batch is taken a few turns of the loop later, so that every request that is already here joins it, and
        # callers that the last batch answered can be back with their next one.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        # Those who wait are shared among the places that gather, so that one batch computes while another one commits.
        share = -(-len(self._waiting) // self._gathering)
        self._gathering -= 1
        batch = [self._waiting.popleft() for _ in range(min(self._max_batch, share))]
        # A caller that has gone away must not have its command carried out: nobody would learn of it.
        batch = [(command, future) for command, future in batch if not future.done()]
        try:
            if batch:
                self._size.observe(len(batch))
                await self._answer(batch)
        finally:
            self._free += 1
            self._start()

    async def _answer(self, batch: list[tuple[C, asyncio.Future[R]]]) -> None:
        try:
            results = await self._handle([command for command, _ in batch])
        except Refusal as refusal:
            # The whole batch met the same obstacle (the database is away); each caller is told.
            for _, future in batch:
                _fail(future, refusal)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            # One poisoned command must not fail its neighbours: nothing was committed, so each is tried alone.
            for entry in batch:
                await self._answer([entry])
        else:
            _settle([future for _, future in batch], results)


def _settle(futures: Sequence[asyncio.Future[R]], results: Sequence[R | Refusal]) -> None:
    if len(results) != len(futures):
        # Whose answer is missing can't be told, and what was done is committed: all are told, and none tried again.
        for future in futures:
            _fail(future, ValueError(f"{len(results)} results for {len(futures)} commands"))
        return
    for future, result in zip(futures, results, strict=True):
        if isinstance(result, Refusal):
            _fail(future, result)
        elif not future.done():
            future.set_result(result)


def _fail(future: asyncio.Future[R], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
