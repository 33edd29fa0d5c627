"""What changes in reasons, queues, grades and terms."""

from dataclasses import dataclass

from services.backtests.figures.ratios import Ratio


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """How often a reason was given for an outcome; an application may have several reasons."""

    outcome: str
    code: str
    wording: str
    live: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Referrals by work queue; None where the policy names none."""

    queue: str | None
    live: int
    candidate: int


@dataclass(frozen=True, slots=True)
class GradeMove:
    """Applications by grade under both policies; None where a policy gives no grade."""

    live: str | None
    candidate: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Change:
    """Applications of which a term went one way, with the limits of both policies."""

    count: int
    live_limit_minor: int
    candidate_limit_minor: int


@dataclass(frozen=True, slots=True)
class TermsChanges:
    """How the terms change for applications that both policies grant credit.

    Rates are averages over applications that have one, as ratios: 0.0790 is 7.9 % a year.
    """

    limit_up: Change
    limit_same: Change
    limit_down: Change
    rate_up: Change
    rate_same: Change
    rate_down: Change
    average_rate_live: Ratio | None
    average_rate_candidate: Ratio | None
