"""One member of a consumer group, for as long as its connection lives."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from shared.bus import Delivery, HandleBatch, Message
from shared.bus.embedded import statements

MAX_BATCH: Final = 500
"""Most messages handed to a consumer at once."""

# Notifications wake a member at once; the pause is for what sends none, such as the end of a fellow member.
_IDLE_SECONDS: Final = 1.0
_RECOUNT_SECONDS: Final = 1.0


class Member:
    """A member of `group` on a connection of its own, which nothing else may use."""

    def __init__(self, connection: Any, topics: list[str], group: str) -> None:
        self._connection = connection
        self._topics = topics
        self._group = group
        self._published = asyncio.Event()
        self._share = 1
        self._recount_at = 0.0

    async def join(self) -> None:
        """Listen, be counted, and make the group known: at the earliest message of topics that are new to it."""
        await self._connection.add_listener(statements.CHANNEL, self._on_notification)
        await self._connection.execute(statements.ENTER, self._group)
        await self._connection.execute(statements.JOIN, self._group, self._topics)

    def _on_notification(self, _connection: Any, _pid: int, _channel: str, topic: object) -> None:
        if topic in self._topics:
            self._published.set()

    async def wait(self) -> None:
        """Wait until something is published, at most a moment."""
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                await self._published.wait()
        except TimeoutError:
            return

    async def handle_next(self, handle_batch: HandleBatch) -> bool:
        """Hand one batch over and move the group past it; return False when there is nothing to take.

        The partitions stay locked meanwhile. When `handle_batch` raises, the group stays where it was.
        """
        await self._count_members()
        # Cleared before looking: what is published from here on wakes the next wait.
        self._published.clear()
        async with self._connection.transaction():
            taken = await self._connection.fetch(statements.TAKE, self._group, self._topics, self._share)
            if not taken:
                return False
            # A partition without rows has lost them to retention before this group existed: go to its head.
            reached = {(row["topic"], row["partition"]): row["next_position"] for row in taken}
            places = [(row["topic"], row["partition"], row["position"]) for row in taken]
            rows = await self._connection.fetch(
                statements.READ, *zip(*places, strict=True), max(1, MAX_BATCH // len(taken))
            )
            if rows:
                await handle_batch([_delivery(row) for row in rows])
            reached |= {(row["topic"], row["partition"]): row["position"] + 1 for row in rows}
            moved = [(*place, position) for place, position in reached.items()]
            await self._connection.execute(statements.MOVE_ON, self._group, *zip(*moved, strict=True))
        return True

    async def _count_members(self) -> None:
        """Learn of partitions that a publisher has added, and of this member's fair share, once in a while."""
        now = asyncio.get_running_loop().time()
        if now >= self._recount_at:
            await self._connection.execute(statements.JOIN, self._group, self._topics)
            self._share = await self._connection.fetchval(statements.SHARE, self._group, self._topics)
            self._recount_at = now + _RECOUNT_SECONDS


def _delivery(row: Mapping[str, Any]) -> Delivery:
    message = Message(row["topic"], row["key"], json.loads(row["headers"]), row["value"])
    return Delivery(message, row["partition"], row["position"])
