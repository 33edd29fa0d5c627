"""Backtests as jobs. A run holds its job by a lease on the database's clock, and writes only while it is the run that
the job knows by its attempt: whoever lost the lease changes nothing any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.backtest_job import (
    Backtest,
    BadRows,
    Cause,
    Documents,
    Ending,
    Engine,
    FileFault,
    Period,
    PinnedPolicy,
    Plan,
    Progress,
    Report,
    State,
    UploadedFile,
)
from shared.db import Transaction, rows_json


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a backtest."""

    backtest_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class LapsedRun:
    """A run whose lease has run out."""

    run: Run
    cancel_requested: bool


_ADD: Final = text("""
    INSERT INTO backtest (backtest_id, product, plan, documents, asked_by, state)
    VALUES (:backtest_id, :product, CAST(:plan AS json), CAST(:documents AS json), :asked_by, 'queued')
""")
_OPEN: Final = text("SELECT count(*) FROM backtest WHERE state IN ('queued', 'running')")
_SELECT: Final = """
    SELECT backtest_id, plan, asked_by, state, attempt, phase, rows_done, rows_total, cancel_requested, cause, summary,
           created_at, started_at, finished_at
    FROM backtest
"""
_FIND: Final = text(f"{_SELECT} WHERE backtest_id = :backtest_id")
_LOCK: Final = text(f"{_SELECT} WHERE backtest_id = :backtest_id FOR UPDATE")
_PAGE: Final = text(f"""
    {_SELECT} WHERE backtest_id < :before AND (CAST(:product AS text) IS NULL OR product = :product)
    AND (CAST(:state AS text) IS NULL OR state = :state)
    ORDER BY backtest_id DESC LIMIT :limit
""")
_DOCUMENTS: Final = text("SELECT documents FROM backtest WHERE backtest_id = :backtest_id")
_CANCEL: Final = text("""
    UPDATE backtest SET cancel_requested = true, state = :state,
           finished_at = CASE WHEN :state = 'cancelled' THEN now() END
    WHERE backtest_id = :backtest_id
""")
_LAPSED: Final = text("""
    SELECT backtest_id, attempt, cancel_requested FROM backtest WHERE state = 'running' AND lease_until < now()
    ORDER BY backtest_id FOR UPDATE SKIP LOCKED
""")
_CLAIM: Final = text("""
    WITH oldest AS (
        SELECT backtest_id FROM backtest WHERE state = 'queued' ORDER BY backtest_id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE backtest b SET state = 'running', attempt = b.attempt + 1, phase = 'starting', rows_done = 0,
           rows_total = NULL, started_at = COALESCE(b.started_at, now()),
           lease_until = now() + make_interval(secs => :lease_seconds)
    FROM oldest WHERE b.backtest_id = oldest.backtest_id
    RETURNING b.backtest_id, b.attempt
""")
_HELD: Final = "WHERE backtest_id = :backtest_id AND state = 'running' AND attempt = :attempt"
_BEAT: Final = text(f"""
    UPDATE backtest SET lease_until = now() + make_interval(secs => :lease_seconds), phase = :phase,
           rows_done = :rows_done, rows_total = :rows_total
    {_HELD} RETURNING cancel_requested
""")  # noqa: S608 - a condition of ours, no input
_FINISH: Final = text(f"""
    UPDATE backtest SET state = 'done', summary = CAST(:summary AS json), phase = 'done', rows_done = :rows,
           rows_total = :rows, lease_until = NULL, finished_at = now()
    {_HELD}
""")  # noqa: S608 - a condition of ours, no input
_END: Final = text(f"""
    UPDATE backtest SET state = :state, cause = CAST(:cause AS json), lease_until = NULL,
           finished_at = CASE WHEN :state = 'queued' THEN NULL ELSE now() END
    {_HELD}
""")  # noqa: S608 - a condition of ours, no input
_ADD_REPORT: Final = text("""
    INSERT INTO backtest_report (backtest_id, document, html) VALUES (:backtest_id, :document, :html)
""")
_REPORT: Final = text("SELECT document, html FROM backtest_report WHERE backtest_id = :backtest_id")


async def add(tx: Transaction, backtest_id: str, plan: Plan, documents: Documents, asked_by: str) -> None:
    """Queue a backtest."""
    await tx.execute(
        _ADD,
        {
            "backtest_id": backtest_id,
            "product": plan.product,
            "plan": _json(plan),
            "documents": _json(documents),
            "asked_by": asked_by,
        },
    )


async def count_open(tx: Transaction) -> int:
    """Return how many backtests wait or run."""
    return int((await tx.execute(_OPEN)).scalar_one())


async def find(tx: Transaction, backtest_id: str, *, for_update: bool = False) -> Backtest | None:
    """Return a backtest, locked if it is going to be changed."""
    row = (await tx.execute(_LOCK if for_update else _FIND, {"backtest_id": backtest_id})).one_or_none()
    return None if row is None else _backtest(row)


async def page(tx: Transaction, before: str, limit: int, product: str | None, state: State | None) -> list[Backtest]:
    """Return up to `limit` backtests, newest first, older than the id `before`; of a product, in a state, if given."""
    rows = await tx.execute(_PAGE, {"before": before, "limit": limit, "product": product, "state": state})
    return [_backtest(row) for row in rows]


async def documents(tx: Transaction, backtest_id: str) -> Documents:
    """Return what a backtest that exists rests on."""
    found = (await tx.execute(_DOCUMENTS, {"backtest_id": backtest_id})).scalar_one()
    return Documents(**{**found, "reasons": tuple(found["reasons"])})


async def cancel(tx: Transaction, backtest_id: str, state: State) -> None:
    """Keep that a backtest is to be cancelled, and its state now."""
    await tx.execute(_CANCEL, {"backtest_id": backtest_id, "state": state})


async def lapsed(tx: Transaction) -> list[LapsedRun]:
    """Return the runs whose lease is over, locked; those that somebody else looks at are left to them."""
    rows = await tx.execute(_LAPSED)
    return [LapsedRun(Run(row.backtest_id, row.attempt), row.cancel_requested) for row in rows]


async def claim(tx: Transaction, lease_seconds: float) -> Run | None:
    """Begin the backtest that has waited longest; None when none waits."""
    row = (await tx.execute(_CLAIM, {"lease_seconds": lease_seconds})).one_or_none()
    return None if row is None else Run(row.backtest_id, row.attempt)


async def beat(tx: Transaction, run: Run, lease_seconds: float, progress: Progress) -> bool | None:
    """Keep the lease and the progress of a run; tell whether it is to be cancelled, None when it is no longer ours."""
    values = {
        **_held(run),
        "lease_seconds": lease_seconds,
        "phase": progress.phase,
        "rows_done": progress.rows_done,
        "rows_total": progress.rows_total,
    }
    found: bool | None = (await tx.execute(_BEAT, values)).scalar_one_or_none()
    return found


async def finish(tx: Transaction, run: Run, rows: int, summary: Mapping[str, Any], report: Report) -> bool:
    """Keep the result of a run; False, and nothing kept, when the run is no longer ours."""
    if not (await tx.execute(_FINISH, {**_held(run), "rows": rows, "summary": _json(summary)})).rowcount:
        return False
    values = {"backtest_id": run.backtest_id, "document": report.document, "html": report.html}
    await tx.execute(_ADD_REPORT, values)
    return True


async def end(tx: Transaction, run: Run, ending: Ending) -> bool:
    """Keep how a run stopped without a result; False when it is no longer ours."""
    cause = None if ending.cause is None else _json(ending.cause)
    return bool((await tx.execute(_END, {**_held(run), "state": ending.state, "cause": cause})).rowcount)


async def report(tx: Transaction, backtest_id: str) -> Report | None:
    """Return the report of a backtest, None when there is none (yet)."""
    row = (await tx.execute(_REPORT, {"backtest_id": backtest_id})).one_or_none()
    return None if row is None else Report(bytes(row.document), bytes(row.html))


def _held(run: Run) -> dict[str, Any]:
    return {"backtest_id": run.backtest_id, "attempt": run.attempt}


def _json(value: Any) -> str:
    return rows_json([value])[1:-1]


def _backtest(row: Any) -> Backtest:
    return Backtest(
        backtest_id=row.backtest_id,
        plan=_plan(row.plan),
        asked_by=row.asked_by,
        state=State(row.state),
        attempt=row.attempt,
        progress=Progress(row.phase, row.rows_done, row.rows_total),
        cancel_requested=row.cancel_requested,
        cause=None if row.cause is None else _cause(row.cause),
        summary=row.summary,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _cause(stored: Mapping[str, Any]) -> Cause:
    faults = tuple(FileFault(**fault) for fault in stored.get("faults", ()))
    return Cause(stored["code"], stored["detail"], faults)


def _source(stored: Mapping[str, Any]) -> Period | UploadedFile:
    if "upload_id" in stored:
        return UploadedFile(**{**stored, "bad_rows": BadRows(stored["bad_rows"])})
    since, until = stored["since"], stored["until"]
    return Period(None if since is None else datetime.fromisoformat(since), datetime.fromisoformat(until))


def _plan(stored: Mapping[str, Any]) -> Plan:
    return Plan(
        product=stored["product"],
        candidate=PinnedPolicy(**stored["candidate"]),
        live=PinnedPolicy(**stored["live"]),
        source=_source(stored["source"]),
        engine=Engine(stored["engine"]),
        segments=tuple(stored["segments"]),
        examples=stored["examples"],
        seed=stored["seed"],
    )
