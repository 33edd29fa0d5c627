"""For how long a score stands: what makes one that was given stale."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from services.scoring.domain.result import Scored
from services.scoring.domain.score import Reason


class Stale(StrEnum):
    """Why a score that was given may not be used any more."""

    NO_SCORE = "no_score"
    EXPIRED = "expired"
    MODEL_REPLACED = "model_replaced"
    INPUTS_CHANGED = "inputs_changed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the last answer on an application; without a score `model_hash` or `inputs_hash` may lack."""

    has_score: bool
    model_hash: str | None
    inputs_hash: str | None
    scored_at: datetime
    valid_until: datetime | None

    def stale_because(self, model_hash: str | None, now: datetime, inputs_hash: str | None = None) -> tuple[Stale, ...]:
        """Return why the score does not stand at `now` beside the model that would score today, nothing if it does.

        `inputs_hash` is that of the facts as they are today, None where they are not at hand.
        """
        if not self.has_score:
            return (Stale.NO_SCORE,)
        reasons = {
            Stale.EXPIRED: self.valid_until is not None and self.valid_until <= now,
            Stale.MODEL_REPLACED: self.model_hash != model_hash,
            Stale.INPUTS_CHANGED: inputs_hash is not None and self.inputs_hash != inputs_hash,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)


@dataclass(frozen=True, slots=True)
class KeptScore:
    """The last answer on an application as it was kept: a score with its model, or a failure.

    Scores of earlier releases have no `inputs_hash` and no party, and the characteristics of their reasons are empty.
    """

    application_id: str
    product: str
    score: int | None
    pd: Decimal | None
    grade: str | None
    model: str | None
    model_version: int | None
    reasons: tuple[Reason, ...]
    failure: str | None
    standing: Standing
    party_id: str | None = None
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is given: since when and until when it stands.

    `again` says that the last answer on the application still stands; otherwise `anew_because` says why it does not,
    nothing where there was none. `arm` is the side of a test that the application was on, None where none runs.
    """

    scored: Scored
    scored_at: datetime
    valid_until: datetime | None
    again: bool = False
    anew_because: tuple[Stale, ...] = ()
    arm: str | None = None

    @property
    def standing(self) -> Standing:
        """What is known of this answer when the application is scored next."""
        scored = self.scored
        model_hash = None if scored.model is None else scored.model.content_hash
        return Standing(scored.score is not None, model_hash, scored.inputs_hash, self.scored_at, self.valid_until)


def give(scored: Scored, now: datetime, last: Standing | None = None, arm: str | None = None) -> Given:
    """Return `scored` as the answer at `now`, or as the `last` answer on the application where that still stands.

    The same facts under the same model give the same score, so what a standing answer keeps is its moments: to ask
    again does not prolong it. `arm` is the one that the application is on now.
    """
    if scored.score is None or scored.model is None:
        return Given(scored, now, None, arm=arm)
    because = () if last is None else last.stale_because(scored.model.content_hash, now, scored.inputs_hash)
    if last is not None and not because:
        return Given(scored, last.scored_at, last.valid_until, again=True, arm=arm)
    days = scored.model.valid_days
    valid_until = None if days is None else now + timedelta(days=days)
    return Given(scored, now, valid_until, anew_because=because, arm=arm)
