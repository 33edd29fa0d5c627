"""The process that runs one backtest of stored decisions for decision's worker, and keeps its result or its failure.

Its folder, its helpers and its lease end with it: when the worker dies the system sends SIGTERM here; when the lease is
lost or the job cancelled the run stops at its next step. The result is kept in one transaction, or not at all.
"""

import asyncio
import os
import shutil
import signal
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import duckdb
import structlog

from services.backtests.flow import Cancelled, Comparands, Options, compare, read_stored
from services.backtests.inputs import InputError
from services.backtests.lease import Lease, Stop
from services.backtests.report import html, summary, to_json
from services.decision.domain.backtest_job import Cause, Ending, Plan, Report, State
from services.decision.domain.policy import PolicyError
from services.decision.handlers.supervising import scratch_of
from services.decision.settings import Settings
from services.decision.store import backtests
from services.decision.store.backtests import Run
from services.embedded.processes import die_with_parent
from shared.db import Database, Transaction
from shared.errors import Refusal

log = structlog.get_logger()

_NICENESS: Final = 10
_TRY_AGAIN: Final = os.EX_TEMPFAIL
_MAX_DETAIL: Final = 2_000

Result = tuple[int, dict[str, Any], Report]
"""Rows, summary and report."""


def run_job(run: Run, parent: int) -> int:
    """Run a backtest that the worker `parent` has begun and return the exit code: 0 when its end has been kept."""
    settings = Settings()
    folder = scratch_of(settings.backtest_scratch, run)
    _end_with(parent, folder)
    folder.mkdir(mode=0o700, parents=True)
    url = settings.database_url.get_secret_value()
    try:
        with Lease(url, run, settings.backtest_lease_seconds) as lease:
            ending = _outcome(run, folder, settings, lease)
        return asyncio.run(_keep(url, run, ending, settings.backtest_lease_seconds))
    except Refusal as refusal:
        # The database is away: the job is begun again when it is back.
        log.warning("backtest_interrupted", backtest=run.backtest_id, cause=refusal.code)
        return _TRY_AGAIN
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end_with(parent: int, folder: Path) -> None:
    """Take the lowest claims on the machine, and leave it with the worker."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        # Helpers are in this process's group; the worker gave it one of its own.
        os.killpg(0, signal.SIGKILL)

    os.nice(_NICENESS)
    # Where memory runs out it is the backtest that goes, and not the services beside it.
    Path("/proc/self/oom_score_adj").write_text("1000")
    signal.signal(signal.SIGTERM, leave)
    die_with_parent(signal.SIGTERM)()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def _outcome(run: Run, folder: Path, settings: Settings, lease: Lease) -> Result | Ending | None:
    """Return the result, or how the run ends without one; None when it is no longer this process's to end."""
    try:
        return _run(run, folder, settings, lease)
    except Cancelled:
        return Ending(State.CANCELLED) if lease.stop is Stop.CANCELLED else None
    except InputError as error:
        return _failed("unusable_decisions", str(error))
    except PolicyError as error:
        # It loaded when it was asked for: this is another version of the software.
        return _failed("unsound_policy", "; ".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults))
    except duckdb.OutOfMemoryException:
        return _failed("out_of_memory", f"needs more than the {settings.backtest_memory} a backtest may use")
    except Refusal:
        raise
    except Exception as error:
        log.error("backtest_failed", backtest=run.backtest_id, exc_info=error)
        return _failed("internal", "the run failed; the worker's log says where")


def _failed(code: str, detail: str) -> Ending:
    return Ending(State.FAILED, Cause(code, detail[:_MAX_DETAIL]))
