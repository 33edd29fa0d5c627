"""What is told of backtests over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.decision.domain.backtest_job import (
    Backtest,
    Cause,
    Period,
    PinnedPolicy,
    Plan,
    State,
    UploadedFile,
)
from shared.idempotency import Answer


class PinnedPolicyReply(BaseModel):
    """Exactly which policy is run; `version_id` is null for a document that was sent along."""

    name: str
    version: str
    hash: str
    version_id: str | None


class ProgressReply(BaseModel):
    """How far the run has come; `rows_total` is null where it is not known yet."""

    phase: str
    rows_done: int
    rows_total: int | None


class FileFaultReply(BaseModel):
    """One thing that is wrong with a file or its data map; `row` is as a spreadsheet numbers it."""

    source: str
    row: int | None
    column: str | None
    detail: str


class CauseReply(BaseModel):
    """Why a backtest failed; `faults` has the first that were found in an upload."""

    code: str
    detail: str
    faults: list[FileFaultReply]


class SourceReply(BaseModel):
    """Exactly which applications are read: decisions of a period, or a file; what is not meant is null."""

    since: datetime | None
    until: datetime | None
    upload: str | None
    name: str | None
    sha256: str | None
    bad_rows: str | None


class LinksReply(BaseModel):
    """Where the report is, once the backtest is done."""

    report: str | None
    report_html: str | None


class BacktestReply(BaseModel):
    """A backtest: queued, running, done, failed or cancelled. `summary` is there when it is done, `error` if it failed.

    `attempt` counts how often it was begun: a run whose process is lost is begun again, three times at most.
    """

    backtest_id: str
    product: str
    state: str
    candidate: PinnedPolicyReply
    live: PinnedPolicyReply
    source: SourceReply
    engine: str
    segments: list[str]
    examples: int
    seed: int
    attempt: int
    progress: ProgressReply
    cancel_requested: bool
    error: CauseReply | None
    summary: dict[str, Any] | None
    links: LinksReply
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class AcceptedReply(BaseModel):
    """A backtest that has been queued, with everything it rests on pinned."""

    backtest_id: str
    product: str
    state: str
    candidate: PinnedPolicyReply
    live: PinnedPolicyReply
    source: SourceReply


class BacktestPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[BacktestReply]
    next_cursor: str | None


class ReportReply(BaseModel, extra="allow"):
    """The figures; docs/backtests.md says what each of them means. Money is in minor units, rates are text."""

    report_version: int


def accepted(backtest_id: str, plan: Plan) -> Answer:
    """Return the answer to whoever asked for a backtest that waits now."""
    accepted = AcceptedReply(
        backtest_id=backtest_id,
        product=plan.product,
        state=State.QUEUED,
        candidate=_policy(plan.candidate),
        live=_policy(plan.live),
        source=_source(plan.source),
    )
    return Answer(202, accepted.model_dump_json().encode(), _path(backtest_id))


def backtest_reply(found: Backtest) -> BacktestReply:
    """Return a backtest as it is told."""
    plan, path, progress, cause = found.plan, _path(found.backtest_id), found.progress, found.cause
    done = found.state is State.DONE
    return BacktestReply(
        backtest_id=found.backtest_id,
        product=plan.product,
        state=found.state,
        candidate=_policy(plan.candidate),
        live=_policy(plan.live),
        source=_source(plan.source),
        engine=plan.engine,
        segments=list(plan.segments),
        examples=plan.examples,
        seed=plan.seed,
        attempt=found.attempt,
        progress=ProgressReply(phase=progress.phase, rows_done=progress.rows_done, rows_total=progress.rows_total),
        cancel_requested=found.cancel_requested,
        error=None if cause is None else _cause(cause),
        summary=None if found.summary is None else dict(found.summary),
        links=LinksReply(
            report=f"{path}/report" if done else None, report_html=f"{path}/report.html" if done else None
        ),
        asked_by=found.asked_by,
        created_at=found.created_at,
        started_at=found.started_at,
        finished_at=found.finished_at,
    )


def _cause(cause: Cause) -> CauseReply:
    faults = [
        FileFaultReply(source=fault.source, row=fault.row, column=fault.column, detail=fault.detail)
        for fault in cause.faults
    ]
    return CauseReply(code=cause.code, detail=cause.detail, faults=faults)


def _source(source: Period | UploadedFile) -> SourceReply:
    if isinstance(source, Period):
        return SourceReply(since=source.since, until=source.until, upload=None, name=None, sha256=None, bad_rows=None)
    return SourceReply(
        since=None,
        until=None,
        upload=source.upload_id,
        name=source.name,
        sha256=source.sha256,
        bad_rows=source.bad_rows,
    )


def _policy(pinned: PinnedPolicy) -> PinnedPolicyReply:
    return PinnedPolicyReply(name=pinned.name, version=pinned.version, hash=pinned.hash, version_id=pinned.version_id)


def _path(backtest_id: str) -> str:
    return f"/v1/backtests/{backtest_id}"
