"""Shadow runs: what another model would have scored an application that was scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.scoring.domain.result import Model, Scored, score_facts

BAND_POINTS: Final = 20
"""Scores are counted in bands so wide: as many points as double the odds on many scales."""

MODEL_UNUSABLE: Final = "model_unusable"
_MODEL_FAULTS: Final = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)
"""What a model could fail with on facts that nobody tried it on; a shadow's failure is a result like any other."""


@dataclass(frozen=True, slots=True)
class GivenScore:
    """What an application was given: a score with its grade and reason codes, or a failure.

    `facts` are in wire form. `is_challengers` tells scores of a challenger, which no shadow is compared with.
    """

    score_id: str
    facts: Mapping[str, Any]
    score: int | None
    grade: str | None
    reasons: tuple[str, ...]
    failure: str | None
    is_challengers: bool


@dataclass(frozen=True, slots=True)
class ShadowScore:
    """What a shadow makes of an application: its answer and the parts that differ from what was given.

    `failure` says why it has no score: what a model may answer, or what kept it from an answer.
    """

    given: GivenScore
    answer: Scored | None
    failure: str | None
    differs: tuple[str, ...]

    @property
    def score(self) -> int | None:
        """The shadow's score, if it has one."""
        return None if self.answer is None or self.answer.score is None else self.answer.score.score

    @property
    def reasons(self) -> tuple[str, ...]:
        """The shadow's reason codes."""
        score = None if self.answer is None else self.answer.score
        return () if score is None else tuple(reason.code for reason in score.reasons)

    @property
    def has_failed(self) -> bool:
        """Whether the shadow has no score for an application that was given one."""
        return self.score is None and self.given.score is not None


def shadowed(given: GivenScore, model: Model | None) -> ShadowScore:
    """Return what `model` makes of the same facts; without a model that loads there is no answer."""
    if model is None:
        return ShadowScore(given, None, MODEL_UNUSABLE, _differing(given, None, None, (), MODEL_UNUSABLE))
    try:
        answer = score_facts(model, given.facts)
    except _MODEL_FAULTS as fault:
        error = type(fault).__name__
        return ShadowScore(given, None, error, _differing(given, None, None, (), error))
    score = answer.score
    if score is None:
        return ShadowScore(given, answer, answer.failure, _differing(given, None, None, (), answer.failure))
    codes = tuple(reason.code for reason in score.reasons)
    return ShadowScore(given, answer, None, _differing(given, score.score, score.grade, codes, None))


def _differing(
    given: GivenScore, score: int | None, grade: str | None, reasons: tuple[str, ...], failure: str | None
) -> tuple[str, ...]:
    parts = {
        "score": given.score != score,
        "grade": given.grade != grade,
        "reasons": given.reasons != reasons,
        "failure": given.failure != failure,
    }
    return tuple(name for name, differs in parts.items() if differs)


def band_of(score: int | None) -> int | None:
    """Return the score at which the band of a score begins."""
    return None if score is None else score // BAND_POINTS * BAND_POINTS


@dataclass(frozen=True, slots=True)
class Tally:
    """How often the live model scored in one band and the shadow in another (None: it gave no score).

    Sums are of points, `distance_sum` of what lies between the two scores of an application. Reasons are counted where
    both gave a score.
    """

    live_band: int | None
    shadow_band: int | None
    answered: int
    differing: int
    same_reasons: int
    same_first_reason: int
    live_sum: int
    shadow_sum: int
    distance_sum: int


@dataclass(frozen=True, slots=True)
class ShownScore:
    """The parts of an answer that are kept of shadows."""

    score: int | None
    grade: str | None
    reasons: Sequence[str]
    failure: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """An application with what it was given and what the shadow answered."""

    application_id: str
    scored_at: datetime
    live: ShownScore
    shadow: ShownScore
    differs: Sequence[str]


@dataclass(frozen=True, slots=True)
class ScorePair:
    """The champion's score of an application and the shadow's.

    `bad` tells a mature outcome; it is None while there is none.
    """

    application_id: str
    scored_at: datetime
    model_hash: str
    live: int
    shadow: int
    bad: bool | None
