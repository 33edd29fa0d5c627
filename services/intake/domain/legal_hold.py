"""Legal holds: while one is in force nothing about a party is deleted, whoever asks and whatever has run out."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A hold on a party. The reasons are kept sealed, and are None once they can't be opened any more."""

    hold_id: str
    party_id: str
    reason: str | None = field(repr=False)
    placed_by: str
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = field(default=None, repr=False)
