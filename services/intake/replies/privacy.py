"""What is shown of privacy: exports, erasures and legal holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain.legal_hold import LegalHold


class RetentionReply(BaseModel):
    """How long records of a kind are kept, and what that rests on; null days: until the party is erased."""

    delete_after_days: int | None
    basis: str


class SectionReply(BaseModel):
    """All records of one kind: what they are for, where they come from, how long they stay, and the records."""

    records: list[dict[str, Any]]
    purpose: str
    source: str
    retention: RetentionReply | None


class ExportReply(BaseModel):
    """Everything that is held about a party, by kind of record; `merged_records` had been kept apart once.

    The content of a document is fetched from its `content` link. `jurisdiction` names the rules of retention.
    """

    party_id: str
    merged_records: list[str]
    exported_at: datetime
    jurisdiction: str
    sections: dict[str, SectionReply]


class ErasedReply(BaseModel):
    """A party that was erased, and the records that it consisted of."""

    erasure_id: str
    party_id: str
    records: list[str]
    erased_at: datetime


class HoldReply(BaseModel):
    """A legal hold. The reasons are null in the answer that places it, and once the party was erased."""

    hold_id: str
    party_id: str
    reason: str | None
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None


class HoldList(BaseModel):
    """The legal holds on a party, oldest first."""

    items: list[HoldReply]


def erased_reply(erasure_id: str, party_id: str, records: Sequence[str], erased_at: datetime) -> bytes:
    """Return the answer to an erasure."""
    shown = ErasedReply(erasure_id=erasure_id, party_id=party_id, records=list(records), erased_at=erased_at)
    return shown.model_dump_json().encode()


def hold_reply(hold: LegalHold) -> HoldReply:
    """Return the public form of a legal hold."""
    return HoldReply(
        hold_id=hold.hold_id,
        party_id=hold.party_id,
        reason=hold.reason,
        placed_by=hold.placed_by,
        placed_at=hold.placed_at,
        released_by=hold.released_by,
        released_at=hold.released_at,
        release_reason=hold.release_reason,
    )
