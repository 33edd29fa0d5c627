"""HTTP in: monitoring reports."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.domain.monitoring.figures import Figures, Level, Reading
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.domain.monitoring.report import Report
from services.scoring.handlers import monitoring as handlers
from services.scoring.handlers.monitoring import ReportFilter, ReportRequest
from services.scoring.report.page import report_page
from shared.db import Database
from shared.http import Body, SafeStr, StrictRoute, claim, operation, reply
from shared.idempotency import Answer
from shared.pages.page import CONTENT_SECURITY_POLICY

_LATEST: Final = "mon_~"
"""Sorts after every report id."""

PAGE_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; base-uri 'none'; frame-ancestors 'none'",
}
"""What a page is answered with: it may load nothing, run nothing and be framed nowhere."""


class ReportBody(Body):
    """What is to be measured: the live model, or the version of it that is named.

    `from` and `to` bound the scores that count, `performance_from` those that outcomes are looked for of. What is not
    stated is as the monitoring plan says, and `to` is now.
    """

    product: SafeStr
    model_version: int | None = Field(None, ge=1)
    start: AwareDatetime | None = Field(None, strict=False, alias="from")
    end: AwareDatetime | None = Field(None, strict=False, alias="to")
    performance_start: AwareDatetime | None = Field(None, strict=False, alias="performance_from")


class ReportSummary(BaseModel):
    """Which model was measured when, and what is remarkable; `level` is that of the most serious figure."""

    report_id: str
    product: str
    model: str
    model_version: int
    model_hash: str
    window_start: datetime
    window_end: datetime
    performance_start: datetime
    scheduled: bool
    requested_by: str
    measured_at: datetime
    scored: int
    psi: Decimal | None
    auc: Decimal | None
    level: Level
    remarkable: list[Reading]


class ReportReply(ReportSummary):
    """A report with all its figures. Shares and measures are decimals; null says that one could not be measured."""

    figures: Figures


class ReportPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ReportSummary]
    next_cursor: str | None


def monitoring_router(db: Database, plans: Plans) -> APIRouter:
    """Return the routes of monitoring."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["monitoring"])

    @routes.post("/monitoring", **operation("monitoring:write", idempotent=True, replies={201: ReportReply}))
    async def request_report(request: Request, body: ReportBody) -> Response:
        """Measure a model now, over any window. The report is kept; it moves no gauge and raises no alarm."""
        wanted = ReportRequest(body.product, body.model_version, body.start, body.end, body.performance_start)
        answer = await handlers.request_report(db, plans, wanted, claim(request), _created)
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get("/monitoring", **operation("monitoring:read", replies={200: ReportPage}))
    async def list_reports(
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
        product: Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")] = None,
        model_hash: Annotated[str | None, Query(max_length=64, pattern=r"^[0-9a-f]+$")] = None,
        scheduled: bool | None = None,
    ) -> Response:
        """Return reports, newest first; of one product or model, or only scheduled ones, if asked."""
        found = await handlers.list_reports(db, ReportFilter(product, model_hash, scheduled), cursor, limit)
        following = found[-1].report_id if len(found) == limit else None
        items = [ReportSummary.model_validate(_summary(report)) for report in found]
        return reply(ReportPage(items=items, next_cursor=following))

    @routes.get("/monitoring/latest", **operation("monitoring:read", replies={200: ReportReply}))
    async def latest_report(
        product: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")],
    ) -> Response:
        """Return the newest scheduled report of a product's models."""
        return reply(_reply(await handlers.latest_report(db, product)))

    @routes.get("/monitoring/{report_id}", **operation("monitoring:read", replies={200: ReportReply}))
    async def get_report(report_id: str) -> Response:
        """Return a report with all its figures."""
        return reply(_reply(await handlers.get_report(db, report_id)))

    @routes.get("/monitoring/{report_id}/report.html", **operation("monitoring:read", replies={200: ReportReply}))
    async def get_report_page(report_id: str) -> Response:
        """Return the report for people: one file of HTML that loads and runs nothing."""
        return Response(report_page(await handlers.get_report(db, report_id)), 200, PAGE_HEADERS, "text/html")

    return routes


def _created(report: Report) -> Answer:
    return Answer(201, _reply(report).model_dump_json().encode(), f"/v1/monitoring/{report.report_id}")


def _reply(report: Report) -> ReportReply:
    return ReportReply.model_validate({**_summary(report), "figures": report.figures})


def _summary(report: Report) -> dict[str, object]:
    figures = report.figures
    remarkable = [reading for reading in figures.readings if reading.level is not Level.CALM]
    levels = {reading.level for reading in remarkable}
    return {
        "report_id": report.report_id,
        "product": report.model.product,
        "model": report.model.name,
        "model_version": report.model.version,
        "model_hash": report.model.content_hash,
        "window_start": report.window.start,
        "window_end": report.window.end,
        "performance_start": report.performance_start,
        "scheduled": report.scheduled,
        "requested_by": report.requested_by,
        "measured_at": report.measured_at,
        "scored": figures.scored,
        "psi": None if figures.score is None else figures.score.value,
        "auc": None if figures.performance.auc is None else figures.performance.auc.value,
        "level": next((level for level in (Level.ACT, Level.WATCH) if level in levels), Level.CALM),
        "remarkable": remarkable,
    }
