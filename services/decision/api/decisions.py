"""HTTP in: decisions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.decision import replies
from services.decision.domain.policy.explain import Audience, Language
from services.decision.domain.record import Question
from services.decision.handlers import deciding, recalling
from services.decision.handlers.choosing import contests
from services.decision.handlers.deciding import DecisionRequest
from services.decision.handlers.replaying import Library
from services.decision.rulebooks import Rulebooks
from services.decision.scoring_client import ScoringClient
from shared.batcher import Batcher
from shared.db import Database
from shared.errors import Fault, Kind, Refusal, invalid
from shared.http import Body, SafeStr, StrictRoute, caller, claim, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.idempotency import Answer
from shared.money import Money
from shared.products import REQUESTED_AMOUNT
from shared.tracing import current_traceparent

_LATEST = "dec_~"
"""Sorts after every decision id."""

_PIN = "decisions:pin"


class DecisionBody(Body):
    """What is to be decided, for a caller that keeps the application; `reference` is the caller's own.

    `policy_version` (the id of a version that was approved) has that version decide, and needs the scope
    `decisions:pin`; without it the live policy decides, or the challenger that the party falls to.
    """

    product: SafeStr
    party_id: SafeStr
    requested: PositiveMoneyBody
    facts: Mapping[str, Any] = Field(
        max_length=500, examples=[{"duration_months": 24, "purpose": "car (new)", "housing": "own"}]
    )
    reference: SafeStr | None = None
    policy_version: SafeStr | None = None


def decision_router(db: Database, rulebooks: Rulebooks, library: Library, scoring: ScoringClient) -> APIRouter:
    """Return the routes of decisions."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["decisions"])
    requests: Batcher[DecisionRequest, Answer] = Batcher(
        # Three batches under way: while one is scored, one is decided and one commits.
        "decide",
        partial(deciding.decide_now, db, contests(rulebooks), scoring),
        in_flight=3,
    )

    @routes.post("/decisions", **operation("decisions:write", idempotent=True, replies={201: replies.DecisionReply}))
    async def decide(request: Request, body: DecisionBody) -> Response:
        """Decide now. The decision is stored with its trace; an outcome that is not `approve` carries reasons."""
        if body.policy_version is not None and _PIN not in caller(request).scopes:
            raise Refusal(Kind.FORBIDDEN, "scope_missing", f"to choose the policy version needs the scope {_PIN}")
        answer = await requests.submit(
            DecisionRequest(_question(body), claim(request), current_traceparent(), body.policy_version)
        )
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get("/decisions/{decision_id}", **operation("decisions:read", replies={200: replies.ExplainedReply}))
    async def get_decision(decision_id: str) -> Response:
        """Return a decision with its facts, every rule with its operands, and its reasons in words."""
        found = await recalling.get_decision(db, library, decision_id)
        wording = {code: dict(words) for code, words in found.wording.items()}
        return reply(replies.explained_reply(found.decision, found.trace, wording))

    @routes.get(
        "/decisions/{decision_id}/explanation", **operation("decisions:read", replies={200: replies.ExplanationReply})
    )
    async def explain_decision(
        decision_id: str, language: Language = Language.EN, audience: Audience = Audience.CONSUMER
    ) -> Response:
        """Say in plain words why a decision came out as it did, and what the applicant could change about it.

        An officer is told everything: rules, figures, near misses. A consumer is told the principal reasons and what
        would help, and nothing of scores, limits of the policy, or facts that are not the applicant's to change.
        """
        told = await recalling.explain_decision(db, library, decision_id, language, audience)
        return reply(replies.explanation_reply(told.decision, told.explanation, told.advice))

    @routes.get("/decisions", **operation("decisions:read", replies={200: replies.DecisionPage}))
    async def list_decisions(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
        application_id: Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]+$")] = None,
    ) -> Response:
        """Return decisions, newest first; of one application if asked."""
        found = await recalling.list_decisions(db, cursor, limit, application_id)
        items = [replies.decision_reply(decision) for decision in found.decisions]
        return reply(replies.DecisionPage(items=items, unreadable=list(found.unreadable), next_cursor=found.following))

    return routes


def _question(body: DecisionBody) -> Question:
    if REQUESTED_AMOUNT in body.facts:
        fault = Fault(f"/facts/{REQUESTED_AMOUNT}", "reserved_fact", "is taken from /requested")
        raise invalid("invalid_facts", "the facts do not fit the product", [fault])
    requested = {"amount_minor": body.requested.amount_minor, "currency": body.requested.currency}
    return Question(
        application_id=None,
        reference=body.reference,
        party_id=body.party_id,
        product=body.product,
        requested=Money(body.requested.amount_minor, body.requested.currency),
        facts={**body.facts, REQUESTED_AMOUNT: requested},
        submitted_at=datetime.now(UTC),
    )
