"""Match cases as they are shown."""

from datetime import datetime

from pydantic import BaseModel

from services.intake.domain.matching.case import MatchCase
from shared.idempotency import Answer


class CandidateReply(BaseModel):
    """A party that may be the same: `likeness` from 0 to 1000; `grounds` are codes of what agrees and what doesn't."""

    party_id: str
    likeness: int
    grounds: list[str]


class MatchCaseReply(BaseModel):
    """A party that may be one of the candidates, and what a person said about it.

    `status` is open, resolved or void (the party was erased or merged otherwise). `same_as` is the candidate that it
    turned out to be; `reason` is shown with a single case, while the party is not erased.
    """

    case_id: str
    party_id: str
    status: str
    opened_at: datetime
    candidates: list[CandidateReply]
    verdict: str | None
    same_as: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    reason: str | None


class MatchCasePage(BaseModel):
    """Cases, the oldest first."""

    items: list[MatchCaseReply]
    next_cursor: str | None


def case_reply(case: MatchCase, reason: str | None = None) -> MatchCaseReply:
    """Return the public form of a case."""
    return MatchCaseReply(
        case_id=case.case_id,
        party_id=case.party_id,
        status=case.status,
        opened_at=case.opened_at,
        candidates=[
            CandidateReply(party_id=each.party_id, likeness=each.likeness, grounds=list(each.grounds))
            for each in case.candidates
        ],
        verdict=case.verdict,
        same_as=case.same_as,
        resolved_by=case.resolved_by,
        resolved_at=case.resolved_at,
        reason=reason,
    )


def resolved(case: MatchCase) -> Answer:
    """Return the answer to whoever resolved a case.

    It is kept for retries, unsealed, and so leaves out the reason.
    """
    return Answer(200, case_reply(case).model_dump_json().encode())
