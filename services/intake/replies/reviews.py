"""Reviews as they are shown."""

from datetime import datetime

from pydantic import BaseModel

from services.intake.domain.review import Review


class ReviewReply(BaseModel):
    """A task to look at a party's credit file again; without a party, at all that the cause concerns."""

    review_id: str
    party_id: str | None
    cause: str
    due_at: datetime
    state: str
    assignee: str | None
    created_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    note: str | None


class ReviewPage(BaseModel):
    """Reviews, the one that is due first at the head."""

    items: list[ReviewReply]
    next_cursor: str | None


def review_reply(review: Review, note: str | None = None) -> ReviewReply:
    """Return the public form of a review."""
    return ReviewReply(
        review_id=review.review_id,
        party_id=review.party_id,
        cause=review.cause,
        due_at=review.due_at,
        state=review.state,
        assignee=review.assignee,
        created_at=review.created_at,
        closed_by=review.closed_by,
        closed_at=review.closed_at,
        note=note,
    )
