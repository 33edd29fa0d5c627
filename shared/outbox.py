"""The outbox: events are rows of the transaction that made them true; a relay publishes them afterwards, in order."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from pydantic_core import to_json
from sqlalchemy import text

from shared.bus import Bus, BusUnavailableError
from shared.contracts.envelope import Contract, to_message
from shared.db import Database, Transaction, copy_rows, driver
from shared.errors import Refusal
from shared.ids import new_id
from shared.pace import Pace
from shared.tracing import current_traceparent

log = structlog.get_logger()

_COLUMNS: Final = ("id", "aggregatetype", "aggregateid", "type", "payload", "traceparent")
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
# The relay is woken when the transaction commits.
_NOTIFY: Final = "SELECT pg_notify('outbox_' || current_schema(), '')"
_PENDING: Final = text("""
    SELECT seq, id, aggregatetype, aggregateid, type, payload::text AS payload, traceparent, created_at,
           current_schema() AS source
    FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT :limit
""")
_PUBLISHED: Final = text("UPDATE outbox SET published_at = now() WHERE seq = ANY(CAST(:seqs AS bigint[]))")
_DEPTH: Final = text("""
    SELECT count(*) AS depth, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age_seconds
    FROM outbox WHERE published_at IS NULL
""")
_LEAD: Final = text("SELECT pg_try_advisory_xact_lock(hashtext('outbox_relay'), hashtext(current_schema()))")


@dataclass(frozen=True, slots=True)
class Fact:
    """A domain fact on its way out: the contract, or the fields of one, and the aggregate it belongs to."""

    aggregate_type: str
    aggregate_id: str
    event_type: str
    data: Contract | Mapping[str, Any]
    traceparent: str | None = None


async def put(tx: Transaction, facts: Sequence[Fact]) -> None:
    """Add events to the outbox in this transaction, in the order given."""
    if not facts:
        return
    trace = current_traceparent()
    rows = [
        (
            new_id("evt"),
            fact.aggregate_type,
            fact.aggregate_id,
            fact.event_type,
            _payload(fact.data),
            fact.traceparent or trace,
        )
        for fact in facts
    ]
    await copy_rows(tx, "outbox", _COLUMNS, rows)
    await (await driver(tx)).fetchval(_NOTIFY)


def _payload(data: Contract | Mapping[str, Any]) -> str:
    payload = to_json(data).decode()
    # PostgreSQL keeps such JSON as text and fails when somebody looks into it; so would consumers that store it.
    if "\\u0000" in payload and _NUL.search(payload) is not None:
        raise ValueError("the text of an event holds NUL")
    return payload


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is waiting to be published, and for how long the oldest has waited."""

    depth: int
    age_seconds: float


async def backlog(db: Database) -> Backlog:
    """Return what the relay has still to publish."""
    async with db.transaction() as tx:
        row = (await tx.execute(_DEPTH)).one()
        return Backlog(row.depth, row.age_seconds)


class Relay:
    """Publishes pending outbox rows. Any number may run; an advisory lock lets one work at a time."""

    def __init__(self, db: Database, bus: Bus, *, batch: int = 500, idle_seconds: float = 1.0) -> None:
        self._db = db
        self._bus = bus
        self._batch = batch
        self._idle_seconds = idle_seconds
        self._wake = asyncio.Event()

    def wake(self, _payload: str = "") -> None:
        """Look for pending rows now."""
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled; an unreachable bus or database is retried for ever."""
        pace = Pace()
        while True:
            await asyncio.sleep(pace.wait_seconds())
            self._wake.clear()
            try:
                published = await self.publish_pending()
                pace.ended()
            except (BusUnavailableError, Refusal) as error:
                log.warning("relay_waits", cause=type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            if published < self._batch:
                await self._pause()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._idle_seconds)
        except TimeoutError:
            return

    async def publish_pending(self) -> int:
        """Publish one batch of pending rows and mark them; return how many.

        A crash between the two publishes them once more: delivery is at least once, and consumers have an inbox.
        The transaction stays open while the bus acknowledges, because it holds the lock that makes this relay the
        only one; it holds no lock that a request could wait for.
        """
        async with self._db.transaction() as tx:
            if not (await tx.execute(_LEAD)).scalar_one():
                return 0
            rows = (await tx.execute(_PENDING, {"limit": self._batch})).all()
            if not rows:
                return 0
            await self._bus.publish([_message(row) for row in rows])
            await tx.execute(_PUBLISHED, {"seqs": [row.seq for row in rows]})
            return len(rows)


def _message(row: Any) -> Any:
    created: datetime = row.created_at
    return to_message(
        event_id=row.id,
        event_type=row.type,
        source=row.source,
        aggregate_type=row.aggregatetype,
        aggregate_id=row.aggregateid,
        time=created,
        payload=row.payload,
        traceparent=row.traceparent,
    )
