"""What is shown of applications over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain.application import Application, DecisionSummary, Missing
from services.intake.domain.progress import Move
from services.intake.store.inquiries import Told
from shared.http.money import MoneyBody
from shared.idempotency import Answer
from shared.money import Money


class DecisionReply(BaseModel):
    """The decision on an application; ask the decision service for its full trace.

    What is granted stands only where credit is: `limit`, `rate` a year, `other_terms` by name, and `conditions`: codes
    of what must be there before money moves.
    """

    decision_id: str
    outcome: str
    reasons: list[str]
    grade: str | None
    score: int | None
    limit: MoneyBody | None
    rate: str | None
    other_terms: dict[str, Any]
    conditions: list[str]
    decided_at: datetime


class LimitReply(BaseModel):
    """The limit that was granted."""

    account_id: str
    limit: MoneyBody


class LabelReply(BaseModel):
    """What something is called; either may be empty."""

    en: str
    zh: str


class MissingReply(BaseModel):
    """Something that is waited for: a fact by name, or a document by type."""

    kind: str
    name: str
    label: LabelReply


class ApplicationReply(BaseModel):
    """An application, where it stands, and what became of it.

    `reasons` are codes of why it stands there, `missing` is what is waited for, and `due_at` is when the clock of its
    status runs out. One that was answered by an earlier application names it, and the decision on that.
    """

    application_id: str
    party_id: str
    external_ref: str | None
    product: str
    status: str
    revision: int
    requested: MoneyBody
    received_at: datetime
    submitted_at: datetime | None
    reasons: list[str]
    missing: list[MissingReply]
    earlier_application_id: str | None
    earlier_decision_id: str | None
    due_at: datetime | None
    decision: DecisionReply | None
    limit: LimitReply | None


class ApplicationPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ApplicationReply]
    next_cursor: str | None


class MoveReply(BaseModel):
    """That an application went from one status into another (null for a new one), why (codes), and by whom.

    `actor` is the client that asked for it, null for what the platform did by itself; `note` is what somebody wrote.
    """

    revision: int
    from_status: str | None
    to_status: str
    reasons: list[str]
    actor: str | None
    note: str | None
    decision_id: str | None
    moved_at: datetime


class HistoryReply(BaseModel):
    """The moves of an application, oldest first."""

    items: list[MoveReply]


class EvidenceItem(BaseModel):
    """A fact with its value in wire form, and where it is from.

    `kind` is `application` for what the applicant states, else the kind of source; `record_id` is the record that has
    the rest, and `as_of` its date.
    """

    name: str
    label: LabelReply
    value: Any
    kind: str
    source: str | None
    record_id: str | None
    as_of: datetime | None


class EvidenceInquiry(BaseModel):
    """What a source was to be asked for an application, and what came of it in the end.

    `outcome` is null while nothing has, `report_id` where there is no report, `consent_id` where nobody had consented
    or nobody had to.
    """

    inquiry_id: str
    revision: int | None
    source: str
    purpose: str
    consent_id: str | None
    outcome: str | None
    report_id: str | None
    asked_at: datetime


class EvidenceReply(BaseModel):
    """The facts of an application: as they were submitted, or as they are known by now where nothing was yet.

    `fallbacks` are codes of what had to be done without, `missing` is what is waited for, `inquiries` are those of its
    investigations, oldest first: also those that the product goes on without.
    """

    application_id: str
    revision: int
    submitted_at: datetime | None
    items: list[EvidenceItem]
    missing: list[MissingReply]
    fallbacks: list[str]
    inquiries: list[EvidenceInquiry]


class ProductReply(BaseModel):
    """A product that applications may name."""

    name: str
    revision: int


class ProductList(BaseModel):
    """The products that intake takes applications for."""

    items: list[ProductReply]


def location(application_id: str) -> str:
    """Return the path of an application."""
    return f"/v1/applications/{application_id}"


def acknowledgement(application: Application) -> Answer:
    """Return the answer to a submission: 202 and where to look for the decision."""
    body = application_reply(application).model_dump_json().encode()
    return Answer(202, body, location(application.application_id))


def application_reply(application: Application) -> ApplicationReply:
    """Return the public form of an application."""
    decision, limit = application.decision, application.limit
    return ApplicationReply(
        application_id=application.application_id,
        party_id=application.party_id,
        external_ref=application.external_ref,
        product=application.product,
        status=application.status,
        revision=application.revision,
        requested=_money(application.requested),
        received_at=application.received_at,
        submitted_at=application.submitted_at,
        reasons=list(application.reasons),
        missing=[_missing(entry) for entry in application.missing],
        earlier_application_id=application.earlier_application_id,
        earlier_decision_id=application.earlier_decision_id,
        due_at=application.due_at,
        decision=None if decision is None else _decision(decision),
        limit=None if limit is None else LimitReply(account_id=limit.account_id, limit=_money(limit.amount)),
    )


def move_reply(move: Move, note: str | None) -> MoveReply:
    """Return the public form of a move."""
    return MoveReply(
        revision=move.revision,
        from_status=move.from_status,
        to_status=move.to_status,
        reasons=list(move.reasons),
        actor=move.actor,
        note=note,
        decision_id=move.decision_id,
        moved_at=move.moved_at,
    )


def evidence_reply(
    application: Application,
    facts: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, Any]],
    labels: Mapping[str, tuple[str, str]],
    fallbacks: Sequence[str],
    inquiries: Sequence[Told],
) -> EvidenceReply:
    """Return the public form of an application's facts: `sources` tell of those of the credit file, by name."""
    return EvidenceReply(
        application_id=application.application_id,
        revision=application.revision,
        submitted_at=application.submitted_at,
        items=[_evidence_item(name, value, sources.get(name), labels) for name, value in sorted(facts.items())],
        missing=[_missing(entry) for entry in application.missing],
        fallbacks=list(fallbacks),
        inquiries=[_evidence_inquiry(told) for told in inquiries],
    )


def _evidence_inquiry(told: Told) -> EvidenceInquiry:
    pull, last = told.pull, told.attempts[-1] if told.attempts else None
    return EvidenceInquiry(
        inquiry_id=pull.inquiry_id,
        revision=pull.revision,
        source=pull.source,
        purpose=pull.purpose,
        consent_id=pull.consent_id,
        outcome=None if last is None else last.outcome,
        report_id=None if last is None else last.report_id,
        asked_at=told.asked_at,
    )


def _evidence_item(
    name: str, value: Any, source: Mapping[str, Any] | None, labels: Mapping[str, tuple[str, str]]
) -> EvidenceItem:
    known = source or {}
    english, chinese = labels.get(name, ("", ""))
    return EvidenceItem(
        name=name,
        label=LabelReply(en=english, zh=chinese),
        value=value,
        kind=known.get("kind", "application"),
        source=known.get("source"),
        record_id=known.get("record_id"),
        as_of=known.get("as_of"),
    )


def _missing(entry: Missing) -> MissingReply:
    return MissingReply(kind=entry.kind, name=entry.name, label=LabelReply(en=entry.label, zh=entry.label_zh))


def _decision(decision: DecisionSummary) -> DecisionReply:
    return DecisionReply(
        decision_id=decision.decision_id,
        outcome=decision.outcome,
        reasons=list(decision.reasons),
        grade=decision.grade,
        score=decision.score,
        limit=None if decision.limit is None else _money(decision.limit),
        rate=None if decision.rate is None else format(decision.rate, "f"),
        other_terms=dict(decision.other_terms),
        conditions=list(decision.conditions),
        decided_at=decision.decided_at,
    )


def _money(money: Money) -> MoneyBody:
    return MoneyBody(amount_minor=money.amount_minor, currency=money.currency)
