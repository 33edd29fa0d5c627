"""Events that scoring publishes: scores keyed by application, what happens to models keyed by their artefact."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.envelope import Amount, Contract, Facts, Instant

AGGREGATE = "score"
MODEL_AGGREGATE = "model"


class ScoreReason(Contract):
    """Why points are missing: a reason code and the shortfall against the reference, in points as a decimal string."""

    code: str
    characteristic: str
    shortfall: str


class Score(Contract):
    """A score with the model that made it. `pd` is a probability, a decimal string with six places.

    `grade` is there where the model has grades, `valid_until` where it says for how long a score may be used.
    `inputs_hash` is the SHA-256 of the facts that the model read. `arm` is the side of a test that the party is on
    (`champion`, `challenger:<test>`), null while none runs.
    """

    score: int
    pd: str = Field(pattern=r"^(0|1)\.[0-9]{6}$")
    model: str
    model_version: int
    model_hash: str
    reasons: tuple[ScoreReason, ...] = Field(strict=False)
    grade: str | None = None
    valid_until: Instant | None = None
    inputs_hash: str | None = None
    arm: str | None = None


class ApplicationScored(Contract):
    """Scoring has done what it could: `score` is null with a `failure` code when no model could be applied.

    Carries the application's facts on, so that the decision needs nobody else, and in `fallbacks` what intake had to do
    without.
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
    fallbacks: tuple[str, ...] = Field(default=(), strict=False)


class DriftDetected(Contract):
    """A measure of a live model has crossed a threshold; told once, and again only after it had come back.

    `subject` is the characteristic or the group that the measure is of, empty for the model as a whole. `value`,
    `threshold` and `critical_value` (what chance makes of the measure at most; null where no such value is known) are
    decimals. `report_id` is the monitoring report that has the rest.
    """

    type: ClassVar[str] = "scoring.drift_detected.v1"

    report_id: str
    product: str
    model: str
    model_version: int
    model_hash: str
    measure: Literal["psi", "csi", "auc", "calibration", "failure_share", "unseen_share", "impact_ratio"]
    subject: str
    level: Literal["watch", "act"]
    value: str
    threshold: str
    critical_value: str | None
    window_start: Instant
    window_end: Instant
    detected_at: Instant
