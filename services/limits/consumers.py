"""What limits acts on besides requests: events with the handler of each, and the passing of time."""

import asyncio
from functools import partial
from typing import Final

import structlog

from services.limits.handlers import granting, settling
from shared.consumer import Subscription
from shared.contracts import decision
from shared.contracts.envelope import topic
from shared.db import Database
from shared.errors import Refusal

log = structlog.get_logger()

EXPIRY_BATCH: Final = 500
_PAUSE_SECONDS: Final = 1.0


def subscription(db: Database) -> Subscription:
    """Return limits' subscription."""
    return Subscription(
        group=granting.CONSUMER,
        topics=(topic(decision.AGGREGATE),),
        handlers={decision.Decided.type: (decision.Decided, partial(granting.grant_limits, db))},
    )


async def expire(db: Database) -> None:
    """Record reservations that have run out until cancelled; any number of processes may do so at once.

    Nothing waits for it: a reservation stops counting when its time is up, recorded or not.
    """
    while True:
        try:
            expired = await settling.expire_due(db, EXPIRY_BATCH)
        except Refusal as refusal:
            log.warning("expiry_waits", cause=refusal.code)
            expired = 0
        if expired < EXPIRY_BATCH:
            await asyncio.sleep(_PAUSE_SECONDS)
