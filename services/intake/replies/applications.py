"""What is shown of applications over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain.application import Application, DecisionSummary
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


class ApplicationReply(BaseModel):
    """An application and what became of it."""

    application_id: str
    party_id: str
    external_ref: str
    product: str
    status: str
    requested: MoneyBody
    submitted_at: datetime
    decision: DecisionReply | None
    limit: LimitReply | None


class ApplicationPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ApplicationReply]
    next_cursor: str | None


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
        requested=_money(application.requested),
        submitted_at=application.submitted_at,
        decision=None if decision is None else _decision(decision),
        limit=None if limit is None else LimitReply(account_id=limit.account_id, limit=_money(limit.amount)),
    )


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
