"""HTTP in: credit reports, as JSON, as a page and as PDF, and opinions."""

import asyncio
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.credit_report import Recommendation
from services.intake.handlers import credit_reports as handlers
from services.intake.limits_client import LimitsClient
from services.intake.replies import credit_report as replies
from services.intake.report.compose import sheet
from services.intake.report.html import html
from services.intake.report.pdf import pdf
from services.intake.vault import Vault
from shared.db import Database
from shared.errors import Refusal
from shared.http import Body, SafeStr, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.http.routes import caller
from shared.money import Money
from shared.pages.page import CONTENT_SECURITY_POLICY

_PAGE_HEADERS: Final = {"content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": "no-store"}
Language = Annotated[Literal["en", "zh"], Query()]


class PageReply(BaseModel):
    """A document to read or to print; it is no JSON."""


class OpinionBody(Body):
    """What an officer thinks, advises, and up to which limit."""

    recommendation: Recommendation = Field(strict=False)
    limit: PositiveMoneyBody | None = None
    words: SafeStr = Field(min_length=1, max_length=2_000)


def add_routes(routes: APIRouter, db: Database, vault: Vault, limits: LimitsClient) -> None:
    """Add the routes of credit reports and opinions."""
    reads = "credit-reports:read"

    @routes.get(
        "/parties/{party_id}/credit-report",
        tags=["credit-reports"],
        **operation(reads, replies={200: replies.CreditReportReply}),
    )
    async def get_credit_report(party_id: str) -> Response:
        """Put together what is known of a party: each figure with its source and its date."""
        report = await handlers.gather(db, vault, limits, party_id)
        return reply(replies.CreditReportReply(report))

    @routes.get(
        "/parties/{party_id}/credit-report.html",
        tags=["credit-reports"],
        **operation(reads, replies={200: PageReply}),
    )
    async def get_credit_report_page(party_id: str, lang: Language = "en") -> Response:
        """The credit report as one HTML page, in English or in Chinese."""
        report = await handlers.gather(db, vault, limits, party_id)
        return Response(html(sheet(report, lang)), 200, _PAGE_HEADERS, "text/html")

    @routes.get(
        "/parties/{party_id}/credit-report.pdf",
        tags=["credit-reports"],
        **operation(reads, replies={200: PageReply}),
    )
    async def get_credit_report_print(party_id: str, lang: Language = "en") -> Response:
        """The credit report as PDF on A4, in English or in Chinese, with lines to sign on."""
        report = await handlers.gather(db, vault, limits, party_id)
        # A thread of its own, so that nobody else waits for a page to be set.
        printed = await asyncio.to_thread(pdf, sheet(report, lang))
        return Response(printed, 200, {"cache-control": "no-store"}, "application/pdf")

    @routes.post(
        "/parties/{party_id}/opinions",
        tags=["credit-reports"],
        **operation("credit-reports:write", idempotent=True, replies={201: replies.OpinionReply}),
    )
    async def give_opinion(request: Request, party_id: str, body: OpinionBody) -> Response:
        """Give an opinion on a party; the credit report of this moment is kept with it."""
        report = await handlers.gather(db, vault, limits, party_id)
        limit = None if body.limit is None else Money(body.limit.amount_minor, body.limit.currency)
        command = handlers.GiveOpinion(caller(request).client, body.recommendation, limit, body.words)
        answer = await handlers.give_opinion(db, vault, claim(request), command, report)
        if isinstance(answer, Refusal):
            raise answer
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get(
        "/opinions/{opinion_id}",
        tags=["credit-reports"],
        **operation(reads, replies={200: replies.OpinionReply}),
    )
    async def get_opinion(opinion_id: str) -> Response:
        """Return an opinion."""
        return reply(replies.opinion_reply(await handlers.get_opinion(db, vault, opinion_id)))

    @routes.get(
        "/opinions/{opinion_id}/credit-report",
        tags=["credit-reports"],
        **operation(reads, replies={200: replies.CreditReportReply}),
    )
    async def get_report_of_opinion(opinion_id: str) -> Response:
        """Return the credit report that the author of an opinion saw, byte for byte as it was kept."""
        signed = await handlers.get_opinion(db, vault, opinion_id)
        return Response(signed.report, 200, {"cache-control": "no-store"}, "application/json")
