"""What the models on the arms of a test have scored, and when a challenger must stop by it."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import Final

from shared.experiments.domain.stopping import Breach, Measured, breaches
from shared.governance.domain import StopRules

STOP_RULES: Final = frozenset({"max_bad_rate", "max_failure_rate", "max_mean_shift"})
"""The rules that there are figures for here. Approvals and referrals are decision's to count."""


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """What came of one arm: scores, applications that its models gave none, and of outcomes known, how many are bad.

    `score_sum` and `square_sum` are sums of the scores and of their squares, in points.
    """

    scored: int = 0
    failed: int = 0
    score_sum: int = 0
    square_sum: int = 0
    performance_known: int = 0
    bad: int = 0

    @property
    def answered(self) -> int:
        """How many applications the arm was asked about."""
        return self.scored + self.failed

    @property
    def mean_score(self) -> Fraction | None:
        """The mean of the scores; None without any."""
        return Fraction(self.score_sum, self.scored) if self.scored else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the scores; None of fewer than two."""
        if self.scored < 2:
            return None
        spread = self.scored * self.square_sum - self.score_sum**2
        return sqrt(Fraction(spread, self.scored * (self.scored - 1)))

    def with_performance(self, known: int, bad: int) -> "ArmFigures":
        """Return the same with what is known of outcomes."""
        return replace(self, performance_known=known, bad=bad)


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a test: what it scored, and the models that did (version, hash): several after a promotion."""

    name: str
    figures: ArmFigures
    models: tuple[tuple[int, str], ...]


def broken(rules: StopRules, champion: ArmFigures, challenger: ArmFigures) -> list[Breach]:
    """Return the rules that the challenger breaks.

    What is counted from `min_decisions` on are applications for failures, scores for the shift, and known outcomes for
    the bad rate. The shift is told as the points, summed over the challenger's scores and cut to a whole number, by
    which they lie above or below the champion's mean; no shift is seen before the champion has as many scores.
    """
    measured = [
        Measured("max_bad_rate", rules.max_bad_rate, challenger.bad, challenger.performance_known),
        Measured("max_failure_rate", rules.max_failure_rate, challenger.failed, challenger.answered),
    ]
    if champion.scored >= max(1, rules.min_decisions):
        points = abs(challenger.score_sum * champion.scored - champion.score_sum * challenger.scored) // champion.scored
        measured.append(Measured("max_mean_shift", rules.max_mean_shift, points, challenger.scored))
    return breaches(measured, rules.min_decisions)
