"""The worker's part in backtests: begin the next one in a process of its own, see it through, and tidy up after it.

The process keeps its lease and its progress itself, and writes its own end. Whatever ends it before (a crash, a kill,
the end of this worker), the job is still `running` then: it is tried again or given up, here or, when the lease has run
out, by any other worker.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from services.decision.domain.backtest_job import State, after_interruption
from services.decision.store import backtests
from services.decision.store.backtests import Run
from shared.db import Database
from shared.errors import Refusal

log = structlog.get_logger()

_POLL_SECONDS: Final = 1.0
_WATCH_SECONDS: Final = 0.2
_LOOK_EVERY: Final = 5
"""The job is looked at once in so many watches: each second."""

GRACE_SECONDS: Final = 2.0
"""How long a process that is to stop may take before it is killed."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a run may use. `memory` as DuckDB reads it (`1GB`); a lease not kept for `lease_seconds` is lost."""

    database_url: str
    scratch: Path
    memory: str
    threads: int
    lease_seconds: float

    def environment(self) -> dict[str, str]:
        """Return the environment of a run's process, which reads the same settings."""
        return {
            **os.environ,
            "DECISION_DATABASE_URL": self.database_url,
            "DECISION_BACKTEST_SCRATCH": str(self.scratch),
            "DECISION_BACKTEST_MEMORY": self.memory,
            "DECISION_BACKTEST_THREADS": str(self.threads),
            "DECISION_BACKTEST_LEASE_SECONDS": str(self.lease_seconds),
        }


async def supervise(db: Database, bounds: Bounds) -> None:
    """Run backtests one after the other until cancelled; any number of workers may do so at once."""
    while True:
        try:
            run = await begin_next(db, bounds.lease_seconds)
        except Refusal as refusal:
            log.warning("backtests_wait", cause=refusal.code)
            run = None
        if run is None:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            await _see_through(db, bounds, run)


async def begin_next(db: Database, lease_seconds: float) -> Run | None:
    """Settle runs whose lease is over, and begin the backtest that has waited longest; None when none waits."""
    async with db.transaction() as tx:
        for found in await backtests.lapsed(tx):
            ending = after_interruption(found.run.attempt, found.cancel_requested)
            await backtests.end(tx, found.run, ending)
            log.warning("backtest_lapsed", backtest=found.run.backtest_id, attempt=found.run.attempt, now=ending.state)
        return await backtests.claim(tx, lease_seconds)


async def settle(db: Database, run: Run) -> None:
    """Decide what becomes of a run whose process is gone; one that wrote its own end is left as it is."""
    async with db.transaction() as tx:
        found = await backtests.find(tx, run.backtest_id, for_update=True)
        if found is not None and found.state is State.RUNNING and found.attempt == run.attempt:
            await backtests.end(tx, run, after_interruption(run.attempt, found.cancel_requested))


async def _see_through(db: Database, bounds: Bounds, run: Run) -> None:
    log.info("backtest_begins", backtest=run.backtest_id, attempt=run.attempt)
    folder = scratch_of(bounds.scratch, run)
    process = _start(command_of(run), bounds)
    try:
        await _watch(db, run, process)
    finally:
        # Also when this worker is told to stop: nothing of a run outlives it, its helpers and its scratch included.
        await asyncio.shield(asyncio.to_thread(_clear, process, folder))
    log.info("backtest_ended", backtest=run.backtest_id, attempt=run.attempt, exit_code=process.returncode)
    try:
        await settle(db, run)
    except Refusal as refusal:
        # The lease runs out by itself, and whoever sees that settles it.
        log.warning("backtest_not_settled", backtest=run.backtest_id, cause=refusal.code)


def command_of(run: Run) -> Sequence[str]:
    """Return the command of a run's process, which this one is the parent of."""
    return [sys.executable, "-m", "services.backtests", "job", run.backtest_id, str(run.attempt), str(os.getpid())]


def scratch_of(scratch: Path, run: Run) -> Path:
    """Return the folder of a run, which ends with it."""
    return scratch / f"{run.backtest_id}-{run.attempt}"


def _start(command: Sequence[str], bounds: Bounds) -> subprocess.Popen[bytes]:
    # A session of its own, so that helpers of the process are ended with it. It asks the system itself to be told when
    # this worker dies: code between fork and exec is not safe beside other threads.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=bounds.environment(),
        cwd="/",
        start_new_session=True,
    )


async def _watch(db: Database, run: Run, process: subprocess.Popen[bytes]) -> None:
    """Wait for the process; have it stop when the job is cancelled or no longer its own, and kill it if it does not."""
    watches, overdue = 0, 0.0
    while process.poll() is None:
        await asyncio.sleep(_WATCH_SECONDS)
        watches += 1
        if watches % _LOOK_EVERY == 0 and not overdue and not await _may_go_on(db, run):
            overdue = watches * _WATCH_SECONDS + GRACE_SECONDS
        if overdue and watches * _WATCH_SECONDS > overdue:
            kill_group(process)


async def _may_go_on(db: Database, run: Run) -> bool:
    try:
        async with db.transaction() as tx:
            found = await backtests.find(tx, run.backtest_id)
    except Refusal:
        return True  # Nobody can have cancelled it either; the process watches over its lease itself.
    ours = found is not None and found.state is State.RUNNING and found.attempt == run.attempt
    return ours and found is not None and not found.cancel_requested


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all the helpers it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _clear(process: subprocess.Popen[bytes], folder: Path) -> None:
    kill_group(process)
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)
