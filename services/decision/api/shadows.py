"""HTTP in: shadow runs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from services.decision.api.experiments import SumReply
from services.decision.domain.shadow import Example, ShownAnswer
from services.decision.handlers import shadowing
from services.decision.handlers.shadowing import ShadowReport
from services.decision.rulebooks import Rulebooks
from shared.db import Database
from shared.http import StrictRoute, operation, reply
from shared.http.money import MoneyBody


class OutcomeCell(BaseModel):
    """How often the live policy answered one thing and the shadow another (`failed`: nothing)."""

    live_outcome: str
    shadow_outcome: str
    decided: int
    differing: int
    live_limit_sum: SumReply
    shadow_limit_sum: SumReply


class ShownAnswerReply(BaseModel):
    """One of two answers to the same application."""

    outcome: str
    grade: str | None
    limit: MoneyBody | None
    rate: str | None
    reasons: list[str]


class DifferenceReply(BaseModel):
    """A decision on which the shadow differs, in which parts, or the `error` that kept it from an answer."""

    decision_id: str
    differs: list[str]
    live: ShownAnswerReply
    shadow: ShownAnswerReply | None
    error: str | None


class ShadowReply(BaseModel):
    """What a shadow has answered so far, and its newest differences. It has no part in any decision."""

    version_id: str
    product: str
    started_at: datetime
    ended_at: datetime | None
    decided: int
    same: int
    different: int
    failed: int
    outcomes: list[OutcomeCell]
    examples: list[DifferenceReply]


def shadow_router(db: Database, rulebooks: Rulebooks) -> APIRouter:
    """Return the routes of shadow runs."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["experiments"])

    @routes.get("/shadows/{version_id}", **operation("catalogue:read", replies={200: ShadowReply}))
    async def get_shadow(version_id: str, examples: Annotated[int, Query(ge=0, le=100)] = 20) -> Response:
        """Return how a version in the shadow answered what the live policy decided."""
        return reply(_shadow(await shadowing.report(db, rulebooks, version_id, examples)))

    return routes


def _shadow(found: ShadowReport) -> ShadowReply:
    decided = sum(tally.decided for tally in found.tallies)
    differing = sum(tally.differing for tally in found.tallies)
    failed = sum(tally.decided for tally in found.tallies if tally.has_failed)
    return ShadowReply(
        version_id=found.shadow.version_id,
        product=found.shadow.product,
        started_at=found.shadow.started_at,
        ended_at=found.shadow.ended_at,
        decided=decided,
        same=decided - differing,
        different=differing - failed,
        failed=failed,
        outcomes=[
            OutcomeCell(
                live_outcome=tally.live_outcome,
                shadow_outcome=tally.shadow_outcome,
                decided=tally.decided,
                differing=tally.differing,
                live_limit_sum=SumReply(amount_minor=tally.live_minor, currency=found.currency),
                shadow_limit_sum=SumReply(amount_minor=tally.shadow_minor, currency=found.currency),
            )
            for tally in found.tallies
        ],
        examples=[_difference(example) for example in found.examples],
    )


def _difference(example: Example) -> DifferenceReply:
    shadow = example.shadow
    return DifferenceReply(
        decision_id=example.decision_id,
        differs=list(example.differs),
        live=_answer(example.live, example.currency),
        shadow=None if shadow is None else _answer(shadow, example.currency),
        error=example.error,
    )


def _answer(answer: ShownAnswer, currency: str) -> ShownAnswerReply:
    granted = answer.approved_minor
    return ShownAnswerReply(
        outcome=answer.outcome,
        grade=answer.grade,
        limit=None if granted is None else MoneyBody(amount_minor=granted, currency=currency),
        rate=None if answer.rate is None else format(answer.rate, "f"),
        reasons=list(answer.reasons),
    )
