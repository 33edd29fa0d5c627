"""HTTP in: scores."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from services.scoring import events
from services.scoring.domain.result import Model
from services.scoring.domain.validity import Given, Stale
from services.scoring.handlers.recalling import Recalled, recall_score
from services.scoring.handlers.scoring import ScoreRequest, score_application, score_pinned, score_requests
from shared.contracts import scoring as contract
from shared.db import Database
from shared.errors import Fault, Kind, Refusal, invalid
from shared.experiments.handlers.choosing import Contests
from shared.http import Body, SafeStr, StrictRoute, caller, operation, reply

_PIN = "scores:pin"


class FactsBody(Body):
    """Facts to score under the live model of a product, or the one that challenges it for the party."""

    product: SafeStr
    party_id: SafeStr | None = None
    facts: Mapping[str, Any] = Field(max_length=500)


class ScoreBody(FactsBody):
    """Facts to score; with an `application_id` the score is kept, and given again for as long as it stands.

    `model_version` (the id of a version that was approved) has that version score, whoever the party is, and needs the
    scope `scores:pin`; such a score is never kept.
    """

    application_id: SafeStr | None = None
    model_version: SafeStr | None = None


class ScoreBatchBody(Body):
    """Several at once."""

    items: tuple[FactsBody, ...] = Field(min_length=1, max_length=512)


class FaultReply(BaseModel):
    """What is wrong with a fact, and where it stands in the request."""

    pointer: str
    code: str
    detail: str


class ScoreReply(BaseModel):
    """A score with its reasons, or why there is none.

    `failure` is `no_model`, `model_unavailable`, `invalid_facts`, or what the model refuses to score:
    `characteristic_missing` or `unseen_category`; `errors` name the facts that it is about. `again` says that the score
    given to this application at `scored_at` still stands; `anew_because` why the one before did not.
    """

    score: contract.Score | None
    failure: str | None
    errors: list[FaultReply]
    scored_at: datetime
    again: bool
    anew_because: list[Stale]


class ScoreBatchReply(BaseModel):
    """The results in the order of the request."""

    items: list[ScoreReply]


class KeptScoreReply(BaseModel):
    """The last answer on an application. A score that is `stale` may not be used: ask for one with today's facts."""

    application_id: str
    product: str
    score: contract.Score | None
    failure: str | None
    scored_at: datetime
    stale: bool
    stale_because: list[Stale]


def score_router(db: Database, contests: Contests[Model]) -> APIRouter:
    """Return the routes of scores."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["scores"])

    @routes.post("/scores", **operation("scores:write", replies={200: ScoreReply}))
    async def score(request: Request, body: ScoreBody) -> Response:
        """Score facts now.

        Without an `application_id` nothing is kept; the same facts under the same model give the same score. With one,
        the score that was kept is given again, unless it expired, the model was replaced, or a fact it read changed.
        """
        wanted = ScoreRequest(body.product, body.facts, body.party_id)
        if body.model_version is not None:
            _require_pin(request, body)
            given = await score_pinned(db, contests, wanted, body.model_version)
        elif body.application_id is None:
            (given,) = await score_requests(db, contests, [wanted])
        else:
            given = await score_application(db, contests, body.application_id, wanted)
        return Response(to_json(_wire(given)), media_type="application/json")

    @routes.post("/scores/batch", **operation("scores:write", replies={200: ScoreBatchReply}))
    async def score_batch(body: ScoreBatchBody) -> Response:
        """Score up to 512 sets of facts at once; nothing is kept."""
        requests = [ScoreRequest(item.product, item.facts, item.party_id) for item in body.items]
        results = await score_requests(db, contests, requests)
        return Response(to_json({"items": [_wire(given) for given in results]}), media_type="application/json")

    @routes.get("/scores/{application_id}", **operation("scores:read", replies={200: KeptScoreReply}))
    async def get_score(application_id: str) -> Response:
        """Return the last score given to an application, and whether it still stands as far as is known here."""
        return reply(_kept(await recall_score(db, contests, application_id)))

    return routes


def _require_pin(request: Request, body: ScoreBody) -> None:
    if _PIN not in caller(request).scopes:
        raise Refusal(Kind.FORBIDDEN, "scope_missing", f"to choose the model version needs the scope {_PIN}")
    if body.application_id is not None:
        words = "a score under a chosen version is not kept"
        raise invalid("pinned_score_not_kept", words, [Fault("/application_id", "pinned_score_not_kept", words)])


def _wire(given: Given) -> dict[str, Any]:
    scored = given.scored
    return {
        "score": events.wire_score(given),
        "failure": scored.failure,
        "errors": scored.faults,
        "scored_at": given.scored_at,
        "again": given.again,
        "anew_because": given.anew_because,
    }


def _kept(recalled: Recalled) -> KeptScoreReply:
    kept, standing = recalled.kept, recalled.kept.standing
    return KeptScoreReply(
        application_id=kept.application_id,
        product=kept.product,
        score=events.kept_score(kept),
        failure=kept.failure,
        scored_at=standing.scored_at,
        stale=bool(recalled.stale_because),
        stale_because=list(recalled.stale_because),
    )
