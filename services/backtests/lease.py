"""Keeps a run's lease from a thread of its own, so that no query however long can lose it, and hears of cancels."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Final

from services.decision.domain.backtest_job import Progress
from services.decision.store import backtests
from services.decision.store.backtests import Run
from shared.db import Database
from shared.errors import Refusal

_BEAT_SECONDS: Final = 0.5


class Stop(StrEnum):
    """Why a run has to stop: somebody cancelled it, or it lost its lease and somebody else may run it by now."""

    CANCELLED = "cancelled"
    LEASE_LOST = "lease_lost"


@dataclass(slots=True)
class _Told:
    progress: Progress
    stop: Stop | None = None


class Lease:
    """The lease of one run, kept inside a `with` block."""

    def __init__(self, database_url: str, run: Run, lease_seconds: float) -> None:
        self._database_url = database_url
        self._run = run
        self._lease_seconds = lease_seconds
        self._told = _Told(Progress("starting", 0, None))
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._keep()), name="lease")

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def stop(self) -> Stop | None:
        """Why the run has to stop, None while it may go on."""
        return self._told.stop

    def tell(self, phase: str, rows_done: int, rows_total: int | None) -> None:
        """Say how far the run has come; it is kept with the next beat."""
        self._told.progress = Progress(phase, rows_done, rows_total)

    async def _keep(self) -> None:
        db = Database(self._database_url, pool_size=1)
        kept_at = monotonic()
        try:
            while not self._over.is_set() and self._told.stop is None:
                begun = monotonic()
                with suppress(Refusal):  # The database is away: the lease holds for a while without it.
                    self._told.stop = await self._beat(db)
                    kept_at = begun
                if monotonic() - kept_at > self._lease_seconds:
                    self._told.stop = Stop.LEASE_LOST
                await asyncio.sleep(_BEAT_SECONDS)
        finally:
            await db.close()

    async def _beat(self, db: Database) -> Stop | None:
        async with db.transaction() as tx:
            cancel_requested = await backtests.beat(tx, self._run, self._lease_seconds, self._told.progress)
        if cancel_requested is None:
            return Stop.LEASE_LOST
        return Stop.CANCELLED if cancel_requested else None
