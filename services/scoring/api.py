"""HTTP in: scores and models."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from services.scoring import events, handlers
from services.scoring.domain.result import Model, Scored
from services.scoring.handlers import ScoreRequest
from shared.catalogue import Shelf
from shared.contracts import scoring as contract
from shared.db import Database
from shared.http import Body, SafeStr, StrictRoute, caller, operation, reply
from shared.http.catalogue import EntryReply, entry_reply


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


class ModelBody(Body):
    """A scorecard artefact, as `assay scorecard build` writes it."""

    document: dict[str, Any]


def router(db: Database, shelf: Shelf[Model]) -> APIRouter:
    """Return the routes of scoring."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["scores"])

    @routes.post("/scores", **operation("scores:write", replies={200: ScoreReply}))
    async def score(body: ScoreBody) -> Response:
        """Score facts now. Nothing is stored; the same facts under the same model give the same score."""
        (scored,) = await handlers.score_requests(db, shelf, [ScoreRequest(body.product, body.facts)])
        return reply(_reply(scored))

    @routes.post("/scores/batch", **operation("scores:write", replies={200: ScoreBatchReply}))
    async def score_batch(body: ScoreBatchBody) -> Response:
        """Score up to 512 sets of facts at once."""
        requests = [ScoreRequest(item.product, item.facts) for item in body.items]
        results = await handlers.score_requests(db, shelf, requests)
        items = [{"score": events.wire_score(scored), "failure": scored.failure} for scored in results]
        return Response(to_json({"items": items}), media_type="application/json")

    @routes.post("/models", **operation("catalogue:write", replies={200: EntryReply, 201: EntryReply}))
    async def publish_model(request: Request, body: ModelBody) -> Response:
        """Make a scorecard the live model of its product: 201 when it is a new version, 200 when it was live."""
        entry = await handlers.publish_model(db, body.document, caller(request).client)
        return reply(entry_reply(entry), 201 if entry.is_new else 200)

    return routes


def _reply(scored: Scored) -> ScoreReply:
    return ScoreReply(score=events.public_score(scored), failure=scored.failure)
