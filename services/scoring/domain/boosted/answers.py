"""From what the trees answer to an integer score: one rounding, stated, before any cut-off."""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import Final

from services.scoring.domain.scorecard import Scaling

_CONTEXT: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)


class AnswerError(ValueError):
    """A number that is no answer of the kind that the artefact states."""


class Meaning(StrEnum):
    """What the number that comes out of the trees says."""

    POINTS = "points"
    PROBABILITY = "probability_of_bad"


@dataclass(frozen=True, slots=True)
class Points:
    """Answers in fractions of a point: score = floor((offset + answer) / units + 1/2), halves upwards, then cut.

    Leaves hold whole numbers that 32-bit floats add up exactly (`trees`), so no rounding happens before this one and
    the score is the same on every machine, alone or in a batch.
    """

    scores: range
    units_per_point: int
    offset_units: int

    def score(self, answer: float) -> int:
        """Return the score of an answer; raises `AnswerError` unless it is a whole number."""
        if not answer.is_integer():
            raise AnswerError("the model answered with no whole number")
        total = self.offset_units + int(answer)
        score = (2 * total + self.units_per_point) // (2 * self.units_per_point)
        return max(self.scores.start, min(self.scores.stop - 1, score))


@dataclass(frozen=True, slots=True)
class Probability:
    """Answers that are the probability of bad: the score whose odds are nearest on the scale of points, then cut.

    `boundaries[i]` is the probability half a point below score `scores[-1] - i`: one above it belongs to a lower score.
    Equal to score = round(base + PDO / ln 2 * (ln odds - ln base odds)), without a logarithm of a binary fraction.
    """

    scores: range
    boundaries: tuple[float, ...]

    def score(self, answer: float) -> int:
        """Return the score of an answer; raises `AnswerError` unless it lies between 0 and 1."""
        if not 0.0 <= answer <= 1.0:
            raise AnswerError("the model answered with no probability")
        return self.scores[-1] - bisect_left(self.boundaries, answer)


Answers = Points | Probability


def probability(scores: range, scaling: Scaling) -> Probability:
    """Return how probabilities become `scores` on the scale of `scaling`."""
    # Half a point below each score but the lowest: the boundary with its lower neighbour.
    boundaries = (_probability(2 * score - 1, scaling) for score in reversed(scores[1:]))
    return Probability(scores, tuple(boundaries))


def _probability(half_points: int, scaling: Scaling) -> float:
    """Return the PD at a score of `half_points` / 2, unrounded but for the last step to a float."""
    doublings = _CONTEXT.divide(
        Decimal(half_points - 2 * scaling.base_score), Decimal(2 * scaling.points_to_double_odds)
    )
    growth = _CONTEXT.exp(_CONTEXT.multiply(doublings, _CONTEXT.ln(Decimal(2))))
    odds = _CONTEXT.multiply(Decimal(scaling.base_odds), growth)
    return float(_CONTEXT.divide(Decimal(1), _CONTEXT.add(odds, Decimal(1))))
