"""A match case: a party that may be one that is known already, for a person to say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.intake.domain.matching.verdict import Candidate


class CaseStatus(StrEnum):
    """Where a case stands. It is `void` when the party was erased, or became part of another, before anybody said."""

    OPEN = "open"
    RESOLVED = "resolved"
    VOID = "void"


class CaseVerdict(StrEnum):
    """What a person said: the party is one of the candidates, or none of them."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class MatchCase:
    """A case with its candidates, the most alike first. `same_as` is the candidate that the party turned out to be."""

    case_id: str
    party_id: str
    status: CaseStatus
    opened_at: datetime
    candidates: tuple[Candidate, ...]
    verdict: CaseVerdict | None = None
    same_as: str | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResolveCase:
    """Say who the party of a case is: `party_id` names the candidate that it is the same as, None where of none."""

    case_id: str
    verdict: CaseVerdict
    party_id: str | None
    reason: str
    actor: str
