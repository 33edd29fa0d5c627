"""Events that scoring publishes, keyed by application."""

from typing import ClassVar

from pydantic import Field

from shared.contracts.envelope import Amount, Contract, Facts, Instant

AGGREGATE = "score"


class ScoreReason(Contract):
    """Why points are missing: a reason code and the shortfall against the reference, in points as a decimal string."""

    code: str
    characteristic: str
    shortfall: str


class Score(Contract):
    """A score with the model that made it. `pd` is a probability, a decimal string with six places."""

    score: int
    pd: str = Field(pattern=r"^(0|1)\.[0-9]{6}$")
    model: str
    model_version: int
    model_hash: str
    reasons: tuple[ScoreReason, ...] = Field(strict=False)


class ApplicationScored(Contract):
    """Scoring has done what it could: `score` is null with a `failure` code when no model could be applied.

    Carries the application's facts on, so that the decision needs nobody else.
    """

    type: ClassVar[str] = "scoring.application_scored.v1"

    application_id: str
    party_id: str
    product: str
    requested: Amount
    facts: Facts
    submitted_at: Instant
    score: Score | None
    failure: str | None
    scored_at: Instant
