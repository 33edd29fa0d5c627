"""What would be if, for a customer or a whole group."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.proposals import LimitBody
from services.limits.domain.account import Status
from services.limits.domain.checks.result import Checkpoint
from services.limits.domain.checks.what_if import Change, TryDocument, TryLimit, TryMove, TryReservation, TryStatus
from services.limits.handlers import what_if as handlers
from services.limits.replies import what_if as replies
from shared.db import Database
from shared.http import Body, SafeStr, caller, operation, reply
from shared.http.money import PositiveMoneyBody
from shared.money import Money

MAX_CHANGES: Final = 100


class ReserveChange(Body):
    """What if this were reserved?"""

    change: Literal["reserve"]
    account_id: SafeStr
    amount: PositiveMoneyBody


class DocumentChange(Body):
    """What if a document over this amount came? Unless it is blocked it counts for what comes after it."""

    change: Literal["document"]
    account_id: SafeStr
    amount: PositiveMoneyBody
    checkpoint: Literal["order", "delivery", "goods_issue"] = "order"
    facts: Mapping[str, Any] = Field(default={}, max_length=50)


class LimitChange(Body):
    """What if the account had this limit (null: none of its own), and this cover (absent: as it is)?"""

    change: Literal["limit"]
    account_id: SafeStr
    limit: LimitBody | None
    cover: LimitBody | None = None


class StatusChange(Body):
    """What if the account were suspended, blocked, closed, or open again?"""

    change: Literal["status"]
    account_id: SafeStr
    status: Literal["open", "suspended", "blocked", "closed"]


class MoveChange(Body):
    """What if the account stood below another (null: at the root), with all below it?"""

    change: Literal["move"]
    account_id: SafeStr
    parent_id: SafeStr | None


class WhatIfBody(Body):
    """Changes, tried out one after the other."""

    changes: list[
        Annotated[
            ReserveChange | DocumentChange | LimitChange | StatusChange | MoveChange, Field(discriminator="change")
        ]
    ] = Field(min_length=1, max_length=MAX_CHANGES)


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the route of what-if questions."""

    @routes.post("/limit-what-ifs", tags=["checks"], **operation("limits:read", replies={200: replies.WhatIfReply}))
    async def what_if(request: Request, body: WhatIfBody) -> Response:
        """Tell how accounts would stand after changes, and which documents would pass. Makes and keeps nothing."""
        changes = [_change(stated) for stated in body.changes]
        found = await handlers.what_if(db, changes, caller(request).client)
        return reply(
            replies.WhatIfReply(
                changes=[replies.tried_reply(tried) for tried in found.tried],
                levels=[replies.level_reply(level) for level in found.levels],
            )
        )


def _change(stated: ReserveChange | DocumentChange | LimitChange | StatusChange | MoveChange) -> Change:
    match stated:
        case ReserveChange():
            change: Change = TryReservation(stated.account_id, _money(stated.amount))
        case DocumentChange():
            checkpoint = Checkpoint(stated.checkpoint)
            change = TryDocument(stated.account_id, _money(stated.amount), checkpoint, stated.facts)
        case LimitChange():
            limit = None if stated.limit is None else _money(stated.limit)
            change = TryLimit(stated.account_id, limit, None if stated.cover is None else _money(stated.cover))
        case StatusChange():
            change = TryStatus(stated.account_id, Status(stated.status))
        case MoveChange():
            change = TryMove(stated.account_id, stated.parent_id)
    return change


def _money(body: PositiveMoneyBody | LimitBody) -> Money:
    return Money(body.amount_minor, body.currency)
