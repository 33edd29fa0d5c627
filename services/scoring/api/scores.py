"""HTTP in: scores."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from services.scoring import events
from services.scoring.domain.result import Model, Scored
from services.scoring.handlers.scoring import ScoreRequest, score_requests
from shared.catalogue import Shelf
from shared.contracts import scoring as contract
from shared.db import Database
from shared.http import Body, SafeStr, StrictRoute, operation, reply


class ScoreBody(Body):
    """Facts to score under the live model of a product."""

    product: SafeStr
    facts: Mapping[str, Any] = Field(max_length=500)


class ScoreBatchBody(Body):
    """Several at once."""

    items: tuple[ScoreBody, ...] = Field(min_length=1, max_length=512)


class ScoreReply(BaseModel):
    """A score with its reasons, or why there is none (`no_model`, `invalid_facts`)."""

    score: contract.Score | None
    failure: str | None


class ScoreBatchReply(BaseModel):
    """The results in the order of the request."""

    items: list[ScoreReply]


def score_router(db: Database, shelf: Shelf[Model | None]) -> APIRouter:
    """Return the routes of scoring."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["scores"])

    @routes.post("/scores", **operation("scores:write", replies={200: ScoreReply}))
    async def score(body: ScoreBody) -> Response:
        """Score facts now. Nothing is stored; the same facts under the same model give the same score."""
        (scored,) = await score_requests(db, shelf, [ScoreRequest(body.product, body.facts)])
        return reply(_reply(scored))

    @routes.post("/scores/batch", **operation("scores:write", replies={200: ScoreBatchReply}))
    async def score_batch(body: ScoreBatchBody) -> Response:
        """Score up to 512 sets of facts at once."""
        requests = [ScoreRequest(item.product, item.facts) for item in body.items]
        results = await score_requests(db, shelf, requests)
        items = [{"score": events.wire_score(scored), "failure": scored.failure} for scored in results]
        return Response(to_json({"items": items}), media_type="application/json")

    return routes


def _reply(scored: Scored) -> ScoreReply:
    return ScoreReply(score=events.public_score(scored), failure=scored.failure)
