"""A challenger or a shadow beside the champion: how their scores differ, and whether one orders outcomes better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from services.scoring.domain.arms import Arm
from services.scoring.domain.measures.discrimination import Difference, auc_interval
from services.scoring.domain.measures.distributions import Interval, two_sided_p, two_sided_z
from services.scoring.domain.monitoring.figures import Estimate, Shift
from services.scoring.domain.monitoring.outcome import BadDefinition
from services.scoring.domain.monitoring.rounding import estimate, share, six_places
from services.scoring.domain.monitoring.shifts import shift_of
from services.scoring.domain.shadow import BAND_POINTS, Tally

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Side:
    """One of two models: what it scored, and of those whose window is over, how many have an outcome and are bad."""

    name: str
    scored: int
    mean_score: Decimal | None
    matured: int
    bads: int
    auc: Estimate | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models compared; `difference` is the second one's AUC less the first one's, with its two-sided p-value.

    `is_paired` says that both scored the same applications: then `shift`, `same_reasons` and `same_first_reason`
    (shares of those that both scored) are known as well. Without goods and bads on both sides there is no difference
    to tell.
    """

    product: str
    subject: str
    started_at: datetime
    ended_at: datetime | None
    is_paired: bool
    definition: BadDefinition
    sides: tuple[Side, Side]
    difference: Estimate | None
    p_value: Decimal | None
    shift: Shift | None = None
    mean_distance: Decimal | None = None
    same_reasons: Decimal | None = None
    same_first_reason: Decimal | None = None


def independent_difference(first: Interval, second: Interval) -> Difference:
    """Return the second AUC less the first, of different applications, with its interval and p-value.

    The variances of two independent AUCs add up (Hanley & McNeil, Radiology 143, 1982); each is read from its 95 %
    interval by DeLong. An AUC without a variance, of fewer than two goods or bads, says nothing: p is 1 then.
    """
    difference = second.estimate - first.estimate
    if (first.low, first.high) == (0.0, 1.0) or (second.low, second.high) == (0.0, 1.0):
        return Difference(difference, -1.0, 1.0, 1.0)
    z = two_sided_z(_LEVEL)
    # An interval is cut where an AUC can't go on; its longer side is whole.
    errors = [max(each.high - each.estimate, each.estimate - each.low) / z for each in (first, second)]
    error = sqrt(sum(each * each for each in errors))
    if not error:
        return Difference(difference, difference, difference, 0.0 if difference else 1.0)
    low, high = max(-1.0, difference - z * error), min(1.0, difference + z * error)
    return Difference(difference, low, high, two_sided_p(difference / error))


def of_difference(found: Difference) -> tuple[Estimate, Decimal]:
    """Return a difference of AUCs with its p-value, as decimals."""
    return estimate(Interval(found.estimate, found.low, found.high)), six_places(found.p_value)


def side_of(arm: Arm, outcomes: Mapping[tuple[int, bool], int]) -> tuple[Side, Interval | None]:
    """Return one arm of an experiment, with its AUC by the outcomes of its applications where there are both kinds."""
    figures = arm.figures
    area = auc_interval(outcomes) if 0 < figures.bad < figures.performance_known else None
    mean = None if figures.mean_score is None else six_places(figures.mean_score)
    known = None if area is None else estimate(area)
    return Side(arm.name, figures.scored, mean, figures.performance_known, figures.bad, known), area


@dataclass(frozen=True, slots=True)
class PairedScores:
    """How the champion's and a shadow's scores of the same applications differ, from their tallies."""

    scored: int
    live_mean: Decimal | None
    shadow_mean: Decimal | None
    mean_distance: Decimal | None
    same_reasons: Decimal | None
    same_first_reason: Decimal | None
    shift: Shift | None


def paired_scores(tallies: Sequence[Tally]) -> PairedScores:
    """Return the figures of the applications that both models gave a score."""
    both = [tally for tally in tallies if tally.live_band is not None and tally.shadow_band is not None]
    count = sum(tally.answered for tally in both)
    return PairedScores(
        scored=count,
        live_mean=_mean(sum(tally.live_sum for tally in both), count),
        shadow_mean=_mean(sum(tally.shadow_sum for tally in both), count),
        mean_distance=_mean(sum(tally.distance_sum for tally in both), count),
        same_reasons=share(sum(tally.same_reasons for tally in both), count),
        same_first_reason=share(sum(tally.same_first_reason for tally in both), count),
        shift=_shift(both) if count else None,
    )


def _mean(total: int, count: int) -> Decimal | None:
    return None if count == 0 else six_places(Fraction(total, count))


def _shift(both: Sequence[Tally]) -> Shift:
    starts = sorted({band for tally in both for band in (tally.live_band, tally.shadow_band) if band is not None})
    live = [sum(tally.answered for tally in both if tally.live_band == start) for start in starts]
    shadow = [sum(tally.answered for tally in both if tally.shadow_band == start) for start in starts]
    return shift_of([f"{start} to {start + BAND_POINTS - 1}" for start in starts], live, shadow)
