"""Reviews: tasks to look at a party's credit file again, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Review:
    """A task; without a party it is about all whom the cause concerns. `note` is what the reviewer left, in clear."""

    review_id: str
    party_id: str | None
    cause: str
    due_at: datetime
    state: ReviewState
    assignee: str | None
    created_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
