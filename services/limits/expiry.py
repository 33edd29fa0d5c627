"""Records reservations that have run out. Nothing waits for it: they stopped counting when their time was up."""

import asyncio
from typing import Final

import structlog

from services.limits import handlers
from shared.db import Database
from shared.errors import Refusal

log = structlog.get_logger()

BATCH: Final = 500
PAUSE_SECONDS: Final = 1.0


async def keep_expiring(db: Database) -> None:
    """Expire until cancelled; any number of processes may do so at once."""
    while True:
        try:
            expired = await handlers.expire_due(db, BATCH)
        except Refusal as refusal:
            log.warning("expiry_waits", cause=refusal.code)
            expired = 0
        if expired < BATCH:
            await asyncio.sleep(PAUSE_SECONDS)
