"""What the tests of the bus speak with: the server behind it, a consumer that remembers, numbered messages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from services.embedded.kafka import KafkaBroker
from services.embedded.postgres import Postgres
from shared.bus import Bus, Delivery, HandleBatch, Message

PATIENCE_SECONDS = 120
"""How long a test waits for what must happen; only a failing test ever waits so long."""


@dataclass(frozen=True)
class Rig:
    """A kind of bus and the server behind it."""

    connect: Callable[[], Bus]
    server: Postgres | KafkaBroker | None

    async def stop(self) -> None:
        assert self.server is not None
        await asyncio.to_thread(self.server.stop)

    async def kill(self) -> None:
        assert self.server is not None
        await asyncio.to_thread(self.server.kill)

    async def start(self) -> None:
        """Start the server, if it is not running."""
        assert self.server is not None
        if self.server.pid is None:
            await asyncio.to_thread(self.server.start)


@dataclass
class Received:
    """A consumer that remembers what it was given."""

    deliveries: list[Delivery] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, batch: Sequence[Delivery]) -> None:
        self.deliveries.extend(batch)
        self._more.set()

    @property
    def values(self) -> list[bytes]:
        return [delivery.message.value for delivery in self.deliveries]

    def of_key(self, key: str) -> list[bytes]:
        return [delivery.message.value for delivery in self.deliveries if delivery.message.key == key]

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not enough():
                self._more.clear()
                await self._more.wait()

    async def until_count(self, count: int) -> None:
        await self.until(lambda: len(self.deliveries) >= count)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - what is waited for is on a server
            await asyncio.sleep(0.02)


def numbered(topic: str, numbers: range, keys: int = 7) -> list[Message]:
    """Return messages whose values are `numbers`, dealt out over `keys` keys."""
    return [Message(topic, f"key-{number % keys}", {}, str(number).encode()) for number in numbers]


def values(numbers: range) -> list[bytes]:
    return [str(number).encode() for number in numbers]


class Subscribed:
    """A member of a group for as long as the block lasts."""

    def __init__(self, bus: Bus, topics: str | Sequence[str], group: str, handle: HandleBatch) -> None:
        self._topics = [topics] if isinstance(topics, str) else topics
        self._subscribe = lambda: bus.subscribe(self._topics, group, handle)

    async def __aenter__(self) -> "Subscribed":
        self._task = asyncio.create_task(self._subscribe())
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Cancel the subscription, in the middle of a batch if need be."""
        self._task.cancel()
        await asyncio.wait([self._task])
