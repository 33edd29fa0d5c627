"""A score with its reasons, whichever kind of model gave it, or why there is none."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Failure(StrEnum):
    """Why there is no score; the decision then refers, unless the product has no facts that scoring supplies."""

    NO_MODEL = "no_model"
    INVALID_FACTS = "invalid_facts"
    CHARACTERISTIC_MISSING = "characteristic_missing"
    UNSEEN_CATEGORY = "unseen_category"
    MODEL_UNAVAILABLE = "model_unavailable"


class Unscorable(ValueError):
    """Facts that a model gives no score for; names the characteristic whose value its artefact refuses, if one is."""

    def __init__(self, failure: Failure, characteristic: str | None = None) -> None:
        super().__init__(str(failure) if characteristic is None else f"{failure}: {characteristic}")
        self.failure, self.characteristic = failure, characteristic


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is not higher: a characteristic that earned fewer points than its reference.

    `shortfall_millipoints` is the reference less the points earned, in thousandths of a point, above zero.
    """

    code: str
    characteristic: str
    shortfall_millipoints: int


@dataclass(frozen=True, slots=True)
class ScoredBin:
    """The points one characteristic earned, and the bin that its value fell into."""

    characteristic: str
    bin: str
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """The answer of a model: the reasons with the largest shortfall first; `pd` has six places.

    `points` are those of a scorecard, in characteristic order; trees state the band of each fact there, by which drift
    is counted, with no points. `grade` is None where the model has no grades.
    """

    score: int
    pd: Decimal
    reasons: tuple[Reason, ...]
    points: tuple[ScoredBin, ...] = ()
    grade: str | None = None
