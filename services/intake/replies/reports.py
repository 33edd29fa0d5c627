"""What is shown of reports, and of inquiries, over HTTP."""

from base64 import b64encode
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain.report import Report
from services.intake.store.inquiries import Told
from shared.http.money import MoneyBody
from shared.idempotency import Answer
from shared.money import Money


class ReportReply(BaseModel):
    """A report: its facts in wire form, and how many items stand against the party (null once it is erased).

    `found` is false where the source does not know the party. `as_of` is the source's date, `received_at` ours.
    """

    report_id: str
    party_id: str
    source: str
    kind: str
    purpose: str
    consent_id: str | None
    found: bool
    as_of: datetime
    received_at: datetime
    facts: dict[str, Any]
    adverse_items: int | None


class ReportPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ReportReply]
    next_cursor: str | None


class AdverseReply(BaseModel):
    """Something against the party."""

    code: str
    description: str
    occurred_on: date
    amount: MoneyBody | None
    settled: bool


class WholeReportReply(ReportReply):
    """A report with what stands against the party, the provider's own number, and, if asked for, the answer itself.

    `raw` is in base64. All three are null once the party is erased.
    """

    adverse: list[AdverseReply] | None
    provider_reference: str | None
    raw: str | None


class AttemptReply(BaseModel):
    """What came of a try; without a latency nobody was asked."""

    outcome: str
    report_id: str | None
    cost: MoneyBody | None
    latency_ms: int | None


class InquiryReply(BaseModel):
    """Who asked whom about the party, why, under which consent, and what came of it; no attempt: it was interrupted."""

    inquiry_id: str
    reference: str
    party_id: str
    source: str
    purpose: str
    consent_id: str | None
    asked_by: str
    asked_at: datetime
    application_id: str | None
    revision: int | None
    attempts: list[AttemptReply]


class InquiryPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[InquiryReply]
    next_cursor: str | None


def pulled(report: Report) -> Answer:
    """Return the answer to a report that was pulled; it is kept for a while, so it holds nothing that is sealed."""
    location = f"/v1/parties/{report.party_id}/reports/{report.report_id}"
    return Answer(201, report_reply(report).model_dump_json().encode(), location)


def report_reply(report: Report) -> ReportReply:
    """Return the public form of a report."""
    return ReportReply(
        report_id=report.report_id,
        party_id=report.party_id,
        source=report.source,
        kind=report.kind,
        purpose=report.purpose,
        consent_id=report.consent_id,
        found=report.found,
        as_of=report.as_of,
        received_at=report.received_at,
        facts=dict(report.facts),
        adverse_items=None if report.contents is None else len(report.adverse),
    )


def whole_report_reply(report: Report, raw: bytes | None = None) -> WholeReportReply:
    """Return the public form of a report with what is kept sealed."""
    contents = report.contents
    return WholeReportReply(
        **report_reply(report).model_dump(),
        adverse=None
        if contents is None
        else [
            AdverseReply(
                code=item.code,
                description=item.description,
                occurred_on=item.occurred_on,
                amount=_money(item.amount),
                settled=item.settled,
            )
            for item in contents.adverse
        ],
        provider_reference=None if contents is None else contents.reference,
        raw=None if raw is None else b64encode(raw).decode(),
    )


def inquiry_reply(told: Told) -> InquiryReply:
    """Return the public form of an inquiry."""
    pull = told.pull
    return InquiryReply(
        inquiry_id=pull.inquiry_id,
        reference=pull.reference,
        party_id=pull.party_id,
        source=pull.source,
        purpose=pull.purpose,
        consent_id=pull.consent_id,
        asked_by=pull.asked_by,
        asked_at=told.asked_at,
        application_id=pull.application_id,
        revision=pull.revision,
        attempts=[
            AttemptReply(
                outcome=attempt.outcome,
                report_id=attempt.report_id,
                cost=_money(attempt.cost),
                latency_ms=attempt.latency_ms,
            )
            for attempt in told.attempts
        ],
    )


def _money(money: Money | None) -> MoneyBody | None:
    return None if money is None else MoneyBody(amount_minor=money.amount_minor, currency=money.currency)
