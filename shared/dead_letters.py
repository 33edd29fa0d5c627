"""Looking at dead letters and sending them round again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from shared.bus import Bus, Message
from shared.db import Database

_COLUMNS: Final = "id, consumer, topic, partition, position, key, headers, value, cause, created_at, replayed_at"
_LIST: Final = text(f"SELECT {_COLUMNS} FROM dead_letter WHERE replayed_at IS NULL ORDER BY id LIMIT :limit")  # noqa: S608
_FIND: Final = text(f"SELECT {_COLUMNS} FROM dead_letter WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id")  # noqa: S608
_REPLAYED: Final = text("UPDATE dead_letter SET replayed_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that a consumer could not handle, and why."""

    id: int
    consumer: str
    message: Message
    partition: int
    position: int
    cause: str
    created_at: datetime
    replayed_at: datetime | None


async def waiting(db: Database, limit: int = 100) -> list[DeadLetter]:
    """Return dead letters that have not been replayed, oldest first."""
    async with db.transaction() as tx:
        return [_letter(row) for row in await tx.execute(_LIST, {"limit": limit})]


async def find(db: Database, ids: Sequence[int]) -> list[DeadLetter]:
    """Return the dead letters with these ids."""
    async with db.transaction() as tx:
        return [_letter(row) for row in await tx.execute(_FIND, {"ids": list(ids)})]


async def replay(db: Database, bus: Bus, letters: Sequence[DeadLetter]) -> None:
    """Publish the messages again, unchanged, and mark them.

    Every group of the topic gets them; those that had handled them know it from their inbox.
    """
    await bus.publish([letter.message for letter in letters])
    async with db.transaction() as tx:
        await tx.execute(_REPLAYED, {"ids": [letter.id for letter in letters]})


def _letter(row: Any) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        consumer=row.consumer,
        message=Message(row.topic, row.key, row.headers, bytes(row.value)),
        partition=row.partition,
        position=row.position,
        cause=row.cause,
        created_at=row.created_at,
        replayed_at=row.replayed_at,
    )
