"""Shadow runs: what another model would have scored an application that was scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.scoring.domain.result import Model, score_facts
from services.scoring.domain.score import Score

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
    """What a shadow makes of an application that was given an answer.

    `score` is None with a `failure`: what a model may answer, or what kept it from an answer.
    """

    given: GivenScore
    score: Score | None
    failure: str | None

    @property
    def points(self) -> int | None:
        """The shadow's score, if it has one."""
        return None if self.score is None else self.score.score

    @property
    def grade(self) -> str | None:
        """The shadow's grade, if its model has grades."""
        return None if self.score is None else self.score.grade

    @property
    def reasons(self) -> tuple[str, ...]:
        """The shadow's reason codes."""
        return () if self.score is None else tuple(reason.code for reason in self.score.reasons)

    @property
    def has_failed(self) -> bool:
        """Whether the shadow has no score for an application that was given one."""
        return self.score is None and self.given.score is not None

    @property
    def differs(self) -> tuple[str, ...]:
        """The names of the parts of the answer that differ from what was given."""
        parts = {
            "score": self.given.score != self.points,
            "grade": self.given.grade != self.grade,
            "reasons": self.given.reasons != self.reasons,
            "failure": self.given.failure != self.failure,
        }
        return tuple(name for name, is_different in parts.items() if is_different)


def shadowed(given: GivenScore, model: Model | None) -> ShadowScore:
    """Return what `model` makes of the same facts; without a model that loads there is no answer."""
    if model is None:
        return ShadowScore(given, None, MODEL_UNUSABLE)
    try:
        answer = score_facts(model, given.facts)
    except _MODEL_FAULTS as fault:
        return ShadowScore(given, None, type(fault).__name__)
    return ShadowScore(given, answer.score, answer.failure)


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


def tallied(results: Sequence[ShadowScore]) -> list[Tally]:
    """Return the tallies of some results, one for each pair of bands."""
    cells: dict[tuple[int | None, int | None], list[ShadowScore]] = {}
    for result in results:
        cells.setdefault((band_of(result.given.score), band_of(result.points)), []).append(result)
    return [_tally(live_band, shadow_band, cell) for (live_band, shadow_band), cell in cells.items()]


def _tally(live_band: int | None, shadow_band: int | None, cell: Sequence[ShadowScore]) -> Tally:
    both = [result for result in cell if result.given.score is not None and result.points is not None]
    return Tally(
        live_band=live_band,
        shadow_band=shadow_band,
        answered=len(cell),
        differing=sum(bool(result.differs) for result in cell),
        same_reasons=sum(result.given.reasons == result.reasons for result in both),
        same_first_reason=sum(result.given.reasons[:1] == result.reasons[:1] for result in both),
        live_sum=sum(result.given.score or 0 for result in cell),
        shadow_sum=sum(result.points or 0 for result in cell),
        distance_sum=sum(abs((result.given.score or 0) - (result.points or 0)) for result in both),
    )


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
