"""HTTP in: reports on parties."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.handlers import reports as handlers
from services.intake.handlers.reports import Puller, PullReport
from services.intake.replies import reports as replies
from shared.errors import Kind, Refusal
from shared.http import Body, caller, claim, operation, reply

_LATEST: Final = "~"
"""Sorts after every id."""

_PULL: Final = "reports:pull"


class PullBody(Body):
    """Which source to ask, and for which purpose: the one that the party has consented to."""

    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    purpose: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["credit_assessment"])]


def add_routes(routes: APIRouter, puller: Puller) -> None:
    """Add the routes of reports."""
    db, vault = puller.db, puller.vault

    @routes.post(
        "/parties/{party_id}/reports",
        tags=["reports"],
        **operation(_PULL, idempotent=True, replies={201: replies.ReportReply}),
    )
    async def pull_report(request: Request, party_id: str, body: PullBody) -> Response:
        """Ask a source about a party now, whatever reports there are, and keep what it says.

        422 `no_consent` without a consent that covers it, 503 `source_unavailable` when there is no answer.
        """
        command = PullReport(party_id, body.source, body.purpose, caller(request).client)
        answer = await handlers.pull(puller, command, claim(request))
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get(
        "/parties/{party_id}/reports",
        tags=["reports"],
        **operation("reports:read", replies={200: replies.ReportPage}),
    )
    async def list_reports(
        party_id: str,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return the reports on a party, newest first."""
        found = await handlers.list_reports(db, vault, party_id, cursor, limit)
        following = found[-1].report_id if len(found) == limit else None
        items = [replies.report_reply(report) for report in found]
        return reply(replies.ReportPage(items=items, next_cursor=following))

    @routes.get(
        "/parties/{party_id}/reports/{report_id}",
        tags=["reports"],
        **operation("reports:read", replies={200: replies.WholeReportReply}),
    )
    async def get_report(request: Request, party_id: str, report_id: str, raw: bool = False) -> Response:
        """Return a report with what stands against the party; `raw=true`, for those who may pull, adds the answer."""
        if not raw:
            return reply(replies.whole_report_reply(await handlers.get_report(db, vault, party_id, report_id)))
        if _PULL not in caller(request).scopes:
            raise Refusal(Kind.FORBIDDEN, "scope_missing", f"this needs the scope {_PULL}")
        report, answer = await handlers.get_raw(db, vault, party_id, report_id)
        return reply(replies.whole_report_reply(report, answer))

    @routes.get(
        "/parties/{party_id}/inquiries",
        tags=["reports"],
        **operation("reports:read", replies={200: replies.InquiryPage}),
    )
    async def list_inquiries(
        party_id: str,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
    ) -> Response:
        """Return who asked whom about a party, why, under which consent, and what came of it, newest first."""
        found = await handlers.list_inquiries(db, party_id, cursor, limit)
        following = found[-1].pull.inquiry_id if len(found) == limit else None
        items = [replies.inquiry_reply(told) for told in found]
        return reply(replies.InquiryPage(items=items, next_cursor=following))
