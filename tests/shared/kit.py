"""Events of a made-up contract, and a bus whose acknowledgements a test decides on."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from sqlalchemy import text

from shared import outbox
from shared.bus import BusUnavailableError, HandleBatch, Message
from shared.contracts.envelope import Contract
from shared.db import Database, Transaction
from shared.outbox import Fact

_PATIENCE_SECONDS: Final = 10.0
TRACE: Final = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


class Counted(Contract):
    """Something was counted."""

    type: ClassVar[str] = "tests.counted.v1"

    number: int
    note: str = ""


def counted(number: int, key: str = "one", traceparent: str | None = None) -> Fact:
    """Return the fact that `number` was counted for the aggregate `key`."""
    return Fact("counter", key, Counted.type, Counted(number=number), traceparent)


async def count(db: Database, *numbers: int, key: str = "one") -> None:
    """Commit one fact for each number."""
    async with db.transaction() as tx:
        await outbox.put(tx, [counted(number, key) for number in numbers])


def numbers(messages: Sequence[Message]) -> list[int]:
    """Return what the messages counted, in their order."""
    return [Counted.model_validate_json(message.value).number for message in messages]


async def count_rows(tx: Transaction, table: str) -> int:
    """Return how many rows a table has."""
    found: int = (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
    return found


async def rows_of(db: Database, table: str) -> int:
    """Return how many committed rows a table has."""
    async with db.transaction() as tx:
        return await count_rows(tx, table)


class RecordingBus:
    """Keeps what is published.

    `away` refuses, `deaf` takes a batch and then fails to acknowledge it, and while `gate` is closed an
    acknowledgement is held back.
    """

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.away = False
        self.deaf = False
        self.gate = asyncio.Event()
        self.gate.set()
        self._arrived = asyncio.Event()

    async def publish(self, batch: Sequence[Message]) -> None:
        """Take a batch."""
        if self.away:
            raise BusUnavailableError("away")
        self.published.extend(batch)
        self._arrived.set()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self.gate.wait()
        if self.deaf:
            raise BusUnavailableError("not acknowledged")

    async def arrival(self) -> None:
        """Wait until a batch has been published."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._arrived.wait()

    async def subscribe(self, topics: Sequence[str], group: str, handle_batch: HandleBatch) -> None:
        """Deliver nothing: tests hand deliveries to a consumer themselves."""
        await asyncio.Event().wait()

    async def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Return no lag."""
        return dict.fromkeys(topics, 0)

    async def prune(self, older_than_seconds: int) -> int:
        """Forget nothing."""
        return 0

    async def reachable(self) -> bool:
        """Tell whether the bus is there."""
        return not self.away

    async def close(self) -> None:
        """Do nothing."""
