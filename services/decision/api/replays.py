"""HTTP in: making decisions again."""

from fastapi import APIRouter
from starlette.responses import Response

from services.decision import replies
from services.decision.domain.decision import Engine
from services.decision.handlers import replaying
from services.decision.handlers.replaying import Library
from shared.db import Database
from shared.http import StrictRoute, operation, reply


def replay_router(db: Database, library: Library) -> APIRouter:
    """Return the routes of replays."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["decisions"])

    @routes.post("/decisions/{decision_id}/replay", **operation("decisions:replay", replies={200: replies.ReplayReply}))
    async def replay_decision(decision_id: str, engine: Engine = Engine.ONLINE) -> Response:
        """Make a decision again on its stored facts, score, moment and policy, and compare it with the record.

        Nothing is stored. `engine` is the way that policies are evaluated: `online` as decisions are made,
        `interpreter` step by step; both must agree.
        """
        return reply(replies.replay_reply(await replaying.replay_decision(db, library, decision_id, engine)))

    return routes
