"""The process that runs one backtest for decision's worker, and keeps its result or its failure.

Its folder, its helpers and its lease end with it: when the worker dies the system sends SIGTERM here; when the lease is
lost or the job cancelled the run stops at its next step. The result is kept in one transaction, or not at all.
"""

import asyncio
import json
import os
import shutil
import signal
import tempfile
import traceback
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from types import FrameType
from typing import Any, Final

import duckdb
import structlog

from services.backtests import decisions, uploads
from services.backtests.decisions import with_database
from services.backtests.engines import Cancelled, Engine, Progress, Stopped, open_database
from services.backtests.figures import Inconsistent
from services.backtests.figures import Report as Figures
from services.backtests.flow import Choices, comparands, compare
from services.backtests.inputs import InputError, Received
from services.backtests.lease import Lease, Stop
from services.backtests.report import html, to_json
from services.backtests.uploads import DamagedUpload, UnusableFile
from services.decision.domain.backtest_job import (
    Cause,
    Documents,
    Ending,
    FileFault,
    Period,
    Plan,
    Report,
    State,
    UploadedFile,
)
from services.decision.domain.policy import PolicyError
from services.decision.handlers.supervising import scratch_of
from services.decision.settings import Settings
from services.decision.store import backtests
from services.decision.store.backtests import Run
from services.embedded.processes import die_with_parent
from services.scoring.domain.scorecard import ScorecardError, load_scorecard
from shared import sessions
from shared.db import Database
from shared.errors import Refusal
from shared.products import Product

log = structlog.get_logger()

_NICENESS: Final = 10
_TRY_AGAIN: Final = os.EX_TEMPFAIL
_RETRY_SECONDS: Final = 0.5
_MAX_DETAIL: Final = 2_000
_MAX_FAULTS: Final = 50

Result = tuple[int, dict[str, Any], Report]
"""Rows, summary and report."""


def run_job(run: Run, parent: int) -> int:
    """Run a backtest that the worker `parent` has begun and return the exit code: 0 when its end has been kept."""
    settings = Settings()
    folder = scratch_of(settings.backtest_scratch, run)
    _end_with(parent, folder)
    folder.mkdir(mode=0o700, parents=True)
    # Whatever this process and its helpers spill goes away with the folder.
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    url = settings.database_url.get_secret_value()
    try:
        with Lease(url, run, settings.backtest_lease_seconds) as lease:
            ending = _outcome(run, settings, lease)
        if ending is not None:
            with_database(url, lambda db: _keep(db, run, ending, settings.backtest_lease_seconds))
        return 0
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
        os.killpg(0, signal.SIGKILL)

    # A group of its own, which its helpers are in.
    if os.getpgrp() != os.getpid():
        os.setpgrp()
    os.nice(_NICENESS)
    # A container may not let it; the process is nice all the same.
    with suppress(OSError):
        while not sessions.weigh(os.getpid(), _NICENESS):
            sleep(0.1)
    # Where memory runs out it is the backtest that goes, and not the services beside it.
    Path("/proc/self/oom_score_adj").write_text("1000")
    signal.signal(signal.SIGTERM, leave)
    die_with_parent(signal.SIGTERM)()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def _outcome(run: Run, settings: Settings, lease: Lease) -> Result | Ending | None:
    """Return the result, or how the run ends without one; None when it is no longer this process's to end."""
    try:
        return _run(run, settings, lease)
    except Cancelled:
        return Ending(State.CANCELLED) if lease.stop is Stop.CANCELLED else None
    except Refusal:
        raise
    except Exception as error:
        cause = _cause(error, settings)
        # Where it failed, without the message: an engine's may quote what applicants told.
        where = traceback.format_tb(error.__traceback__)
        log.error("backtest_failed", backtest=run.backtest_id, cause=cause.code, kind=type(error).__name__, where=where)
        return Ending(State.FAILED, cause)


def _cause(error: Exception, settings: Settings) -> Cause:
    faults: tuple[FileFault, ...] = ()
    match error:
        case UnusableFile():
            code, detail = "unusable_file", str(error)
            shown = error.faults[:_MAX_FAULTS]
            faults = tuple(FileFault(fault.source, fault.row, fault.column, fault.detail) for fault in shown)
        case InputError():
            code, detail = "unusable_decisions", str(error)
        case DamagedUpload():
            code, detail = "damaged_upload", str(error)
        case ScorecardError():
            code, detail = "unsound_scorecard", str(error)
        case PolicyError():
            # It loaded when it was asked for: this is another version of the software.
            code, detail = "unsound_policy", "; ".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults)
        case Inconsistent():
            code, detail = "engines_disagree", str(error)
        case duckdb.OutOfMemoryException():
            code, detail = "out_of_memory", f"needs more than the {settings.backtest_memory} a backtest may use"
        case _:
            code, detail = "internal", "the run failed; the worker's log says where"
    return Cause(code, detail[:_MAX_DETAIL], faults)


def _run(run: Run, settings: Settings, lease: Lease) -> Result:
    url = settings.database_url.get_secret_value()
    plan, documents = with_database(url, lambda db: _plan(db, run))

    def stopped() -> bool:
        return lease.stop is not None

    compared = comparands(documents.product, documents.reasons, documents.live, documents.candidate)
    scorecard = None if documents.scorecard is None else load_scorecard(documents.scorecard, compared.product)
    choices = Choices(
        engine=Engine(plan.engine),
        source=_words(plan.source),
        made_at=datetime.now(UTC),
        examples=plan.examples,
        seed=str(plan.seed),
        scorecard=scorecard,
        workers=settings.backtest_threads,
    )
    with open_database(memory=settings.backtest_memory, threads=settings.backtest_threads) as db:
        received = _read(db, settings, run, (plan, documents), compared.product, lease.tell, stopped)
        report = compare(db, compared, received, choices, lease.tell, stopped)
    lease.tell("writing the report", received.rows, received.rows)
    document = json.dumps(to_json(report), ensure_ascii=False, separators=(",", ":"))
    return received.rows, _summary(report), Report(_packed(document), _packed(html(report)))


def _read(
    db: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: Run,
    pinned: tuple[Plan, Documents],
    product: Product,
    tell: Progress,
    stopped: Stopped,
) -> Received:
    url, (plan, documents) = settings.database_url.get_secret_value(), pinned
    if isinstance(plan.source, Period):
        return decisions.read_period(db, url, product, plan.source, plan.segments, tell, stopped)
    folder = scratch_of(settings.backtest_scratch, run)
    return uploads.read_upload(db, url, product, plan.source, documents.data_map, folder, tell, stopped)


def _words(source: Period | UploadedFile) -> str:
    return decisions.words(source) if isinstance(source, Period) else uploads.words(source)


def _summary(report: Figures) -> dict[str, Any]:
    """Return the few figures that a list of backtests shows."""
    overall = report.overall
    rates = [
        None if side.approval_rate is None else side.approval_rate.value for side in (overall.live, overall.candidate)
    ]
    return {
        "rows": report.data.rows,
        "rejected_rows": report.data.rejected,
        "approval_rate": {"live": rates[0], "candidate": rates[1]},
        "limit_minor": {"live": overall.live.limit_minor, "candidate": overall.candidate.limit_minor},
        "currency": report.currency,
        "swap_in": overall.swap_in.count,
        "swap_out": overall.swap_out.count,
        "engines": {"live": report.live.engine, "candidate": report.candidate.engine},
        "sentences": list(report.summary),
        "warnings": [warned.text for warned in report.warnings],
    }


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode())


async def _plan(db: Database, run: Run) -> tuple[Plan, Documents]:
    async with db.transaction() as tx:
        found = await backtests.find(tx, run.backtest_id)
        if found is None:
            raise LookupError(run.backtest_id)
        return found.plan, await backtests.documents(tx, run.backtest_id)


async def _keep(db: Database, run: Run, ending: Result | Ending, patience_seconds: float) -> None:
    """Write the end of the run, and wait a while for a database that is away; nothing if the run is not ours."""
    deadline = monotonic() + patience_seconds
    while True:
        try:
            async with db.transaction() as tx:
                if isinstance(ending, Ending):
                    await backtests.end(tx, run, ending)
                else:
                    await backtests.finish(tx, run, *ending)
            return
        except Refusal:
            # Repeating is harmless: a commit that did take effect has ended the run, and the second finds none.
            if monotonic() > deadline:
                raise
            await asyncio.sleep(_RETRY_SECONDS)
