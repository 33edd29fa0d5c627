"""HTTP in: backtests, as jobs."""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.decision.domain.backtest_job import BadRows, Engine, State
from services.decision.handlers import backtesting
from services.decision.handlers.backtesting import AskedDecisions, AskedFile, BacktestRequest
from services.decision.replies.backtests import (
    AcceptedReply,
    BacktestPage,
    BacktestReply,
    ReportReply,
    accepted,
    backtest_reply,
)
from shared.db import Database
from shared.errors import Refusal
from shared.http import Body, SafeStr, StrictRoute, claim, operation, reply

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
    """Which applications the policies are run over: stored decisions, or those of an upload.

    For an upload, `data_map` is what the command line takes as YAML, and `scorecard` the artefact that scores it if it
    has no scores. Both are read when the backtest runs; it fails with the faults that are found.
    """

    decisions: DecisionsBody | None = None
    upload: SafeStr | None = None
    data_map: dict[str, Any] | None = None
    bad_rows: BadRows | None = Field(None, strict=False)
    scorecard: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "SourceBody":
        if (self.decisions is None) == (self.upload is None):
            raise ValueError("give either decisions or upload")
        if self.upload is None and (self.data_map, self.bad_rows, self.scorecard) != (None, None, None):
            raise ValueError("data_map, bad_rows and scorecard are for an upload")
        return self


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


def backtest_router(db: Database) -> APIRouter:
    """Return the routes of backtests."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["backtests"])
    _add_jobs(routes, db)
    _add_reports(routes, db)
    return routes


def _add_jobs(routes: APIRouter, db: Database) -> None:
    @routes.post("/backtests", **operation("backtests:write", idempotent=True, replies={202: AcceptedReply}))
    async def request_backtest(request: Request, body: BacktestBody) -> Response:
        """Queue a backtest of stored decisions or an upload. Both policies are pinned now, whatever becomes of them."""
        asked = await backtesting.request_backtest(db, _request(body), claim(request), datetime.now(UTC), accepted)
        if isinstance(asked, Refusal):
            raise asked
        return Response(asked.body, asked.status, {"Location": asked.location or ""}, "application/json")

    @routes.get("/backtests/{backtest_id}", **operation("backtests:read", replies={200: BacktestReply}))
    async def get_backtest(backtest_id: str) -> Response:
        """Return a backtest with its progress and, when it is done, its summary."""
        return reply(backtest_reply(await backtesting.get_backtest(db, backtest_id)))

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
        return reply(BacktestPage(items=[backtest_reply(each) for each in found], next_cursor=following))

    @routes.post("/backtests/{backtest_id}/cancel", **operation("backtests:write", replies={200: BacktestReply}))
    async def cancel_backtest(backtest_id: str) -> Response:
        """Cancel a backtest: one that waits at once, one that runs within seconds. Cancelling again changes nothing."""
        return reply(backtest_reply(await backtesting.cancel_backtest(db, backtest_id)))


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
        source=_asked(body.source),
        engine=body.engine,
        segments=body.segments,
        examples=body.examples,
        seed=body.seed,
    )


def _asked(source: SourceBody) -> AskedDecisions | AskedFile:
    if source.decisions is not None:
        return AskedDecisions(source.decisions.since, source.decisions.until)
    assert source.upload is not None
    return AskedFile(source.upload, source.data_map, source.bad_rows or BadRows.FAIL, source.scorecard)
