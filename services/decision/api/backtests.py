"""HTTP in: backtests, as jobs."""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.decision.domain.backtest_job import Backtest, Engine, PinnedPolicy, Plan, State
from services.decision.handlers import backtesting
from services.decision.handlers.backtesting import BacktestRequest
from shared.db import Database
from shared.errors import Refusal
from shared.http import Body, SafeStr, StrictRoute, claim, operation, reply
from shared.idempotency import Answer

_LATEST: Final = "bkt_~"
"""Sorts after every backtest id."""

_PRIVATE: Final = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_PAGE_HEADERS: Final = {
    **_PRIVATE,
    # The report is one file with its own styles and drawings: it may load nothing, run nothing and be framed nowhere.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; sandbox"
    ),
    "Referrer-Policy": "no-referrer",
}


class CandidateBody(Body):
    """The policy that is tried: a version of the catalogue, or a document as its YAML file reads."""

    version_id: SafeStr | None = None
    document: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "CandidateBody":
        if (self.version_id is None) == (self.document is None):
            raise ValueError("give either version_id or document")
        return self


class LiveBody(Body):
    """The version that the candidate is compared with."""

    version_id: SafeStr


class DecisionsBody(Body):
    """Stored decisions of the product, from `since` (the first one if absent) up to and without `until` (now)."""

    since: AwareDatetime | None = Field(None, strict=False)
    until: AwareDatetime | None = Field(None, strict=False)


class SourceBody(Body):
    """Which applications the policies are run over."""

    decisions: DecisionsBody


class BacktestBody(Body):
    """What is asked for. Without `live` the candidate is compared with the policy that is live now.

    `segments` are enum or boolean facts; `examples` is the number of applications shown of each swap set, chosen by
    `seed`.
    """

    product: SafeStr
    candidate: CandidateBody
    live: LiveBody | None = None
    source: SourceBody
    engine: Engine = Field(Engine.DUCKDB, strict=False)
    segments: tuple[SafeStr, ...] = Field((), max_length=10, strict=False)
    examples: int = Field(5, ge=0, le=50)
    seed: int = Field(1, ge=0, le=2**31)


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


class CauseReply(BaseModel):
    """Why a backtest failed."""

    code: str
    detail: str


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
    since: datetime | None
    until: datetime
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
    since: datetime | None
    until: datetime


class BacktestPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[BacktestReply]
    next_cursor: str | None


class ReportReply(BaseModel, extra="allow"):
    """The figures; docs/backtests.md says what each of them means. Money is in minor units, rates are text."""

    report_version: int


def backtest_router(db: Database) -> APIRouter:
    """Return the routes of backtests."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["backtests"])
    _add_jobs(routes, db)
    _add_reports(routes, db)
    return routes


def _add_jobs(routes: APIRouter, db: Database) -> None:
    @routes.post("/backtests", **operation("backtests:write", idempotent=True, replies={202: AcceptedReply}))
    async def request_backtest(request: Request, body: BacktestBody) -> Response:
        """Queue a backtest of stored decisions. Both policies are pinned now, whatever becomes of them later."""
        asked = await backtesting.request_backtest(db, _request(body), claim(request), datetime.now(UTC), _accepted)
        if isinstance(asked, Refusal):
            raise asked
        return Response(asked.body, asked.status, {"Location": asked.location or ""}, "application/json")

    @routes.get("/backtests/{backtest_id}", **operation("backtests:read", replies={200: BacktestReply}))
    async def get_backtest(backtest_id: str) -> Response:
        """Return a backtest with its progress and, when it is done, its summary."""
        return reply(_backtest(await backtesting.get_backtest(db, backtest_id)))

    @routes.get("/backtests", **operation("backtests:read", replies={200: BacktestPage}))
    async def list_backtests(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
        product: Annotated[str | None, Query(max_length=255, pattern=r"^[ -~]+$")] = None,
        state: State | None = None,
    ) -> Response:
        """Return backtests, newest first; of one product, or in one state, if asked."""
        found = await backtesting.list_backtests(db, cursor, limit, product, state)
        following = found[-1].backtest_id if len(found) == limit else None
        return reply(BacktestPage(items=[_backtest(each) for each in found], next_cursor=following))

    @routes.post("/backtests/{backtest_id}/cancel", **operation("backtests:write", replies={200: BacktestReply}))
    async def cancel_backtest(backtest_id: str) -> Response:
        """Cancel a backtest: one that waits at once, one that runs within seconds. Cancelling again changes nothing."""
        return reply(_backtest(await backtesting.cancel_backtest(db, backtest_id)))


def _add_reports(routes: APIRouter, db: Database) -> None:
    @routes.get("/backtests/{backtest_id}/report", **operation("backtests:read", replies={200: ReportReply}))
    async def get_report(backtest_id: str) -> Response:
        """Return all figures of a backtest that is done."""
        report = await backtesting.get_report(db, backtest_id)
        return Response(zlib.decompress(report.document), 200, _PRIVATE, "application/json")

    @routes.get("/backtests/{backtest_id}/report.html", **operation("backtests:read", replies={200: ReportReply}))
    async def get_report_page(backtest_id: str) -> Response:
        """Return the report for people: one file of HTML that loads and runs nothing."""
        report = await backtesting.get_report(db, backtest_id)
        return Response(zlib.decompress(report.html), 200, _PAGE_HEADERS, "text/html")


def _request(body: BacktestBody) -> BacktestRequest:
    candidate: str | Mapping[str, Any] | None = body.candidate.version_id or body.candidate.document
    assert candidate is not None
    return BacktestRequest(
        product=body.product,
        candidate=candidate,
        live=None if body.live is None else body.live.version_id,
        since=body.source.decisions.since,
        until=body.source.decisions.until,
        engine=body.engine,
        segments=body.segments,
        examples=body.examples,
        seed=body.seed,
    )


def _accepted(backtest_id: str, plan: Plan) -> Answer:
    accepted = AcceptedReply(
        backtest_id=backtest_id,
        product=plan.product,
        state=State.QUEUED,
        candidate=_policy(plan.candidate),
        live=_policy(plan.live),
        since=plan.period.since,
        until=plan.period.until,
    )
    return Answer(202, accepted.model_dump_json().encode(), _path(backtest_id))


def _backtest(found: Backtest) -> BacktestReply:
    plan, path, progress, cause = found.plan, _path(found.backtest_id), found.progress, found.cause
    done = found.state is State.DONE
    return BacktestReply(
        backtest_id=found.backtest_id,
        product=plan.product,
        state=found.state,
        candidate=_policy(plan.candidate),
        live=_policy(plan.live),
        since=plan.period.since,
        until=plan.period.until,
        engine=plan.engine,
        segments=list(plan.segments),
        examples=plan.examples,
        seed=plan.seed,
        attempt=found.attempt,
        progress=ProgressReply(phase=progress.phase, rows_done=progress.rows_done, rows_total=progress.rows_total),
        cancel_requested=found.cancel_requested,
        error=None if cause is None else CauseReply(code=cause.code, detail=cause.detail),
        summary=None if found.summary is None else dict(found.summary),
        links=LinksReply(
            report=f"{path}/report" if done else None, report_html=f"{path}/report.html" if done else None
        ),
        asked_by=found.asked_by,
        created_at=found.created_at,
        started_at=found.started_at,
        finished_at=found.finished_at,
    )


def _policy(pinned: PinnedPolicy) -> PinnedPolicyReply:
    return PinnedPolicyReply(name=pinned.name, version=pinned.version, hash=pinned.hash, version_id=pinned.version_id)


def _path(backtest_id: str) -> str:
    return f"/v1/backtests/{backtest_id}"
