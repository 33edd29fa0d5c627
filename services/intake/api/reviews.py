"""HTTP in: tasks to look at a credit file again."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.party_fields import Reason
from services.intake.domain.review import ReviewState
from services.intake.handlers import reviews as handlers
from services.intake.replies import reviews as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.http import Body, SafeStr, caller, operation, reply

_CURSOR: Final = re.compile(r"([0-9TZ:.+-]{20,40})~(rev_[0-9a-f]{32})")
_FIRST: Final = (datetime(1970, 1, 1, tzinfo=UTC), "")


class AssignBody(Body):
    """Who sees to a review; null for nobody in particular."""

    to: SafeStr | None


class CompleteBody(Body):
    """How a review ended, and what the reviewer leaves for whoever reads the file next; the note is kept sealed."""

    outcome: Literal["done", "dismissed"] = "done"
    note: Reason | None = None


def add_routes(routes: APIRouter, db: Database, vault: Vault) -> None:
    """Add the routes of reviews."""

    @routes.get("/reviews", tags=["reviews"], **operation("reviews:read", replies={200: replies.ReviewPage}))
    async def list_reviews(
        state: ReviewState = ReviewState.OPEN,
        party_id: Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]+$")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=80)] = "",
    ) -> Response:
        """Return reviews, of all parties or of one, the one that is due first at the head."""
        found = await handlers.list_reviews(db, vault, state, party_id, _place(cursor), limit)
        items = [replies.review_reply(entry.review, entry.note) for entry in found]
        last = found[-1].review if len(found) == limit else None
        following = None if last is None else f"{last.due_at.astimezone(UTC).isoformat()}~{last.review_id}"
        return reply(replies.ReviewPage(items=items, next_cursor=following))

    @routes.post(
        "/reviews/{review_id}/assign",
        tags=["reviews"],
        **operation("reviews:write", replies={200: replies.ReviewReply}),
    )
    async def assign_review(body: AssignBody, review_id: str) -> Response:
        """Say who sees to an open review."""
        return reply(replies.review_reply(await handlers.assign(db, review_id, body.to)))

    @routes.post(
        "/reviews/{review_id}/complete",
        tags=["reviews"],
        **operation("reviews:write", replies={200: replies.ReviewReply}),
    )
    async def complete_review(request: Request, body: CompleteBody, review_id: str) -> Response:
        """Close an open review."""
        state, actor = ReviewState(body.outcome), caller(request).client
        closed = await handlers.complete(db, vault, review_id, state, actor, body.note)
        return reply(replies.review_reply(closed.review, closed.note))


def _place(cursor: str) -> tuple[datetime, str]:
    """Return where a page begins; a cursor that is none of ours begins at the head."""
    found = _CURSOR.fullmatch(cursor)
    try:
        return _FIRST if found is None else (datetime.fromisoformat(found[1]).astimezone(UTC), found[2])
    except (ValueError, OverflowError):
        return _FIRST
