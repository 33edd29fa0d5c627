"""The bus on one machine: a log in PostgreSQL, spoken to with asyncpg as the role `bus_app`.

A key always falls into the same partition, and messages are numbered within their partition. Publishing takes the
partition's row of `head` for update until commit, so numbers become visible in commit order: a reader that goes on
from the last number it saw can't skip a message whose transaction commits late.

A group member takes the rows of `progress` that have something new for update, skipping those a fellow member holds,
and keeps them while the batch is handled. A member that dies loses its connection and with it the rows.
"""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import structlog

from shared.bus import BusUnavailableError, HandleBatch, Message
from shared.bus.backoff import Backoff
from shared.bus.embedded import statements
from shared.bus.embedded.member import Member
from shared.db import driver_url
from shared.pace import Pace

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
"""The Alembic directory of the schema `bus`, for `shared.migrations.upgrade`."""

_UNREACHABLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_CONNECT_SECONDS: Final = 5.0
_COMMAND_SECONDS: Final = 15.0
_REACHABLE_SECONDS: Final = 2.0

_log = structlog.get_logger(__name__)


def partition_of(key: str, partitions: int) -> int:
    """Return the partition of `key`, the same in every process and release: CRC-32 modulo the number of partitions."""
    return zlib.crc32(key.encode()) % partitions


class EmbeddedBus:
    """A `shared.bus.Bus` on the PostgreSQL at `url`.

    Every process must name the same number of `partitions`: another number sends a key to another partition, and the
    order of that key is lost across the change.
    """

    def __init__(self, url: str, partitions: int = 6) -> None:
        self._url = driver_url(url)
        self._partitions = partitions
        self._declared: set[str] = set()
        self._pool: asyncpg.Pool | None = None
        self._subscriptions: set[asyncio.Task[None]] = set()

    async def publish(self, batch: Sequence[Message]) -> None:
        """Store `batch` in one transaction; see `shared.bus.Bus`."""
        if not batch:
            return
        try:
            async with self._connection() as connection:
                await self._declare(connection, {message.topic for message in batch})
                async with connection.transaction():
                    await self._append(connection, batch)
        except _UNREACHABLE as error:
            raise BusUnavailableError(type(error).__name__) from error

    async def _declare(self, connection: Any, topics: set[str]) -> None:
        if topics <= self._declared:
            return
        await connection.execute(statements.DECLARE, sorted(topics), self._partitions)
        self._declared |= topics

    async def _append(self, connection: Any, batch: Sequence[Message]) -> None:
        places = [(message.topic, partition_of(message.key, self._partitions)) for message in batch]
        heads = await connection.fetch(statements.LOCK_HEADS, *zip(*sorted(set(places)), strict=True))
        next_position = {(topic, partition): position for topic, partition, position in heads}
        rows = []
        for message, place in zip(batch, places, strict=True):
            headers = json.dumps(dict(message.headers))
            rows.append((*place, next_position[place], message.key, headers, message.value))
            next_position[place] += 1
        await connection.execute(statements.STORE, *zip(*rows, strict=True))
        moved = [(*place, position) for place, position in next_position.items()]
        await connection.execute(statements.MOVE_HEADS, *zip(*moved, strict=True))
        await connection.execute(statements.WAKE, statements.CHANNEL, sorted({topic for topic, _ in places}))

    async def subscribe(self, topics: Sequence[str], group: str, handle_batch: HandleBatch) -> None:
        """Deliver to `handle_batch` until cancelled or closed; see `shared.bus.Bus`."""
        subscription = asyncio.create_task(self._consume(sorted(set(topics)), group, handle_batch))
        self._subscriptions.add(subscription)
        try:
            await asyncio.wait([subscription])
        finally:
            subscription.cancel()
            await asyncio.wait([subscription])
            self._subscriptions.discard(subscription)

    async def _consume(self, topics: list[str], group: str, handle_batch: HandleBatch) -> None:
        """Be a member of `group` for ever: whatever goes wrong, leave, pause and join again."""
        backoff, pace = Backoff(), Pace()
        while True:
            try:
                async with self._member(topics, group) as member:
                    while True:
                        await asyncio.sleep(pace.wait_seconds())
                        handled = await member.handle_next(handle_batch)
                        pace.ended()
                        backoff.reset()
                        if not handled:
                            await member.wait()
            except Exception as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    # Leaving failed because the connection is gone; the cancellation must not be lost with it.
                    raise asyncio.CancelledError from error
                pause_seconds = backoff.next_seconds()
                _log.warning(
                    "bus_subscription_interrupted",
                    group=group,
                    topics=topics,
                    error=type(error).__name__,
                    pause_seconds=round(pause_seconds, 3),
                )
                await asyncio.sleep(pause_seconds)

    @asynccontextmanager
    async def _member(self, topics: list[str], group: str) -> AsyncIterator[Member]:
        # Losing a move of positions in a crash only delivers a batch again, so it need not wait for the disk.
        connection = await asyncpg.connect(
            self._url,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
            server_settings={"synchronous_commit": "off", "application_name": f"bus {group}"},
        )
        try:
            await self._declare(connection, set(topics))
            member = Member(connection, topics, group)
            await member.join()
            yield member
        finally:
            await connection.close(timeout=_CONNECT_SECONDS)

    async def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Count what `group` has still to handle; see `shared.bus.Bus`. Raises `BusUnavailableError`."""
        try:
            async with self._connection() as connection:
                rows = await connection.fetch(statements.LAG, group, list(topics))
        except _UNREACHABLE as error:
            raise BusUnavailableError(type(error).__name__) from error
        return dict.fromkeys(topics, 0) | {topic: int(count) for topic, count in rows}

    async def prune(self, older_than_seconds: float) -> int:
        """Delete messages older than `older_than_seconds` that every group of their topic has passed.

        Returns how many. A topic that no group has ever subscribed to keeps nothing older. Raises
        `BusUnavailableError`.
        """
        try:
            async with self._connection() as connection:
                status = await connection.execute(statements.PRUNE, older_than_seconds, timeout=None)
        except _UNREACHABLE as error:
            raise BusUnavailableError(type(error).__name__) from error
        return int(status.removeprefix("DELETE "))

    async def reachable(self) -> bool:
        """Tell, within two seconds, whether the log can be read."""
        try:
            async with asyncio.timeout(_REACHABLE_SECONDS), self._connection() as connection:
                await connection.fetch("SELECT FROM head LIMIT 1")
        except _UNREACHABLE:
            return False
        return True

    async def close(self) -> None:
        """End the subscriptions and close every connection."""
        for subscription in self._subscriptions:
            subscription.cancel()
        if self._subscriptions:
            await asyncio.wait(self._subscriptions)
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                self._url,
                min_size=0,
                max_size=4,
                timeout=_CONNECT_SECONDS,
                command_timeout=_COMMAND_SECONDS,
                reset=_leave_as_it_is,
            )
            await self._pool
        async with self._pool.acquire(timeout=_CONNECT_SECONDS) as connection:
            yield connection


async def _leave_as_it_is(_connection: Any) -> None:
    """Spare the reset query at every release: nothing here changes the state of a session."""
