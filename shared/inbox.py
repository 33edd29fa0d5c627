"""The inbox: an event takes effect once per consumer, however often it is delivered."""

from collections.abc import Sequence
from typing import Final, TypeVar

from sqlalchemy import text

from shared.contracts.envelope import Contract, Event
from shared.db import Transaction

P = TypeVar("P", bound=Contract)

_RECEIVE: Final = text("""
    INSERT INTO inbox (consumer, event_id)
    SELECT :consumer, id FROM unnest(CAST(:ids AS text[])) AS id
    ON CONFLICT DO NOTHING RETURNING event_id
""")


async def unseen(tx: Transaction, consumer: str, events: Sequence[Event[P]]) -> list[Event[P]]:
    """Record `events` as received and return those that this consumer had not received before, each once."""
    by_id = {event.id: event for event in events}
    # Sorted, so that two members of one group that hold the same redelivered events can't lock each other out.
    result = await tx.execute(_RECEIVE, {"consumer": consumer, "ids": sorted(by_id)})
    fresh = set(result.scalars())
    return [event for event in by_id.values() if event.id in fresh]
