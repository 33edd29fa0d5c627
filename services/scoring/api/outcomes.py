"""HTTP in: observed outcomes."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.domain.monitoring.outcome import MAX_DAYS_PAST_DUE, MAX_WINDOW_MONTHS, BadDefinition
from services.scoring.handlers import outcomes as handlers
from services.scoring.handlers.outcomes import Received, Reception, Reported
from shared.db import Database
from shared.http import Body, SafeStr, StrictRoute, claim, operation, reply
from shared.idempotency import Answer

_MOST_OUTCOMES: Final = 1_000
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(given: object) -> date:
    """Return a day written YYYY-MM-DD, and take nothing else for one: no moments, no seconds since 1970."""
    if not isinstance(given, str) or _DAY.fullmatch(given) is None:
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(given)


class OutcomeItem(Body):
    """What was known of one application on a day, by a definition of bad.

    The application is named itself, or by a decision on it. `bad` may be left to `days_past_due` (the most so far
    within the window) where the definition is one such as `90+ dpd`.
    """

    application_id: SafeStr | None = None
    decision_id: SafeStr | None = None
    definition: SafeStr = Field(examples=["90+ dpd"])
    window_months: int = Field(ge=1, le=MAX_WINDOW_MONTHS, examples=[12])
    observed_on: Annotated[date, BeforeValidator(_day)]
    bad: bool | None = None
    days_past_due: int | None = Field(None, ge=0, le=MAX_DAYS_PAST_DUE)

    @model_validator(mode="after")
    def _names_one(self) -> "OutcomeItem":
        if (self.application_id is None) == (self.decision_id is None):
            raise ValueError("give either application_id or decision_id")
        return self


class OutcomesBody(Body):
    """Outcomes, one or many; each stands for itself."""

    items: Annotated[list[OutcomeItem], Field(min_length=1, max_length=_MOST_OUTCOMES)]


class ReceivedReply(BaseModel):
    """What became of one item: `recorded`, `corrected`, `unchanged`, or `refused` with a code and words.

    `version` is the one that counts now; null where it was refused.
    """

    result: Reception
    application_id: str | None
    version: int | None
    code: str | None
    detail: str | None


class OutcomesReply(BaseModel):
    """How many items had which result, and each of them in the order of the request."""

    recorded: int
    corrected: int
    unchanged: int
    refused: int
    items: list[ReceivedReply]


class OutcomeReply(BaseModel):
    """One version of an outcome; the highest version of an application and a definition counts."""

    application_id: str
    definition: str
    window_months: int
    version: int
    observed_on: date
    bad: bool
    days_past_due: int | None
    reported_by: str
    reported_at: datetime


class HistoryReply(BaseModel):
    """Every version of the outcomes of one application, by definition, oldest first."""

    items: list[OutcomeReply]


def outcome_router(db: Database) -> APIRouter:
    """Return the routes of outcomes."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["outcomes"])

    @routes.post("/outcomes", **operation("outcomes:write", idempotent=True, replies={200: OutcomesReply}))
    async def report_outcomes(request: Request, body: OutcomesBody) -> Response:
        """Say what became of applications: items that can be kept are kept, whatever is wrong with others.

        A later report on the same application and definition supersedes the former, which stays in its history.
        """
        reports = [_reported(item) for item in body.items]
        answer = await handlers.report_outcomes(db, reports, claim(request), _answer)
        return Response(answer.body, answer.status, media_type="application/json")

    @routes.get("/outcomes", **operation("outcomes:read", replies={200: HistoryReply}))
    async def list_outcomes(
        application_id: Annotated[str, Query(min_length=1, max_length=255, pattern=r"^[ -~]+$")],
    ) -> Response:
        """Return the outcomes of an application with their history."""
        kept = await handlers.list_outcomes(db, application_id)
        items = [
            OutcomeReply(
                application_id=each.outcome.application_id,
                definition=each.outcome.definition.name,
                window_months=each.outcome.definition.window_months,
                version=each.version,
                observed_on=each.outcome.observed_on,
                bad=each.outcome.bad,
                days_past_due=each.outcome.days_past_due,
                reported_by=each.reported_by,
                reported_at=each.reported_at,
            )
            for each in kept
        ]
        return reply(HistoryReply(items=items))

    return routes


def _reported(item: OutcomeItem) -> Reported:
    return Reported(
        application_id=item.application_id,
        decision_id=item.decision_id,
        definition=BadDefinition(item.definition, item.window_months),
        observed_on=item.observed_on,
        bad=item.bad,
        days_past_due=item.days_past_due,
    )


def _answer(received: Sequence[Received]) -> Answer:
    found = [each.reception for each in received]
    told = OutcomesReply(
        recorded=found.count(Reception.RECORDED),
        corrected=found.count(Reception.CORRECTED),
        unchanged=found.count(Reception.UNCHANGED),
        refused=found.count(Reception.REFUSED),
        items=[
            ReceivedReply(
                result=each.reception,
                application_id=each.application_id,
                version=each.version,
                code=each.code,
                detail=each.detail,
            )
            for each in received
        ],
    )
    return Answer(200, told.model_dump_json().encode())
