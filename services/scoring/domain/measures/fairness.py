"""Whether a score treats a protected group as it treats the reference group: three measures, each with its interval."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, sqrt
from typing import Final

from services.scoring.domain.measures.distributions import Interval, same_rate_p, two_sided_z, wilson

MINIMUM_GROUP: Final = 30
"""A group with fewer rows is named and not judged; the usual bound for the normal approximation."""

FOUR_FIFTHS: Final = Fraction(4, 5)
"""Below this ratio, enforcement agencies generally see evidence of adverse impact (29 CFR 1607.4(D))."""


@dataclass(frozen=True, slots=True)
class ImpactRatio:
    """A group's approval rate over the reference group's, with its interval.

    `p_value` is that of the two-proportion z test that the two rates are the same, two-sided.
    """

    ratio: Interval
    p_value: float

    @property
    def below_four_fifths(self) -> bool:
        """Whether the ratio itself, whatever its interval, is below 0.8."""
        return self.ratio.estimate < FOUR_FIFTHS


def impact_ratio(
    selected_group: int, group_size: int, selected_reference: int, reference_size: int, level: float = 0.95
) -> ImpactRatio | None:
    """Return the adverse impact ratio; None where a group is empty or nobody of the reference group was selected.

    The interval is that of Katz et al. (Biometrics 34, 1978) on the logarithm; where nobody of the group was
    selected it starts at 0 and ends where half a selected applicant would have put it. Raises `ValueError` for
    counts that can't be.
    """
    for selected, size in ((selected_group, group_size), (selected_reference, reference_size)):
        if not 0 <= selected <= size:
            raise ValueError("needs 0 <= selected <= size")
    if not group_size or not selected_reference:
        return None
    z = two_sided_z(level)
    rate, other = selected_group / group_size, selected_reference / reference_size
    counted = selected_group or 0.5
    spread = sqrt(max(0.0, 1 / counted - 1 / group_size + 1 / selected_reference - 1 / reference_size))
    centre = log(counted / group_size / other)
    low = exp(centre - z * spread) if selected_group else 0.0
    p_value = same_rate_p(selected_group, group_size, selected_reference, reference_size)
    return ImpactRatio(Interval(rate / other, low, exp(centre + z * spread)), p_value)


def standardised_mean_difference(
    scores_group: Iterable[int] | Mapping[int, int],
    scores_reference: Iterable[int] | Mapping[int, int],
    level: float = 0.95,
) -> Interval | None:
    """Return the group's mean score less the reference group's, in pooled standard deviations (Cohen's d).

    Below 0 the group scores lower. Scores are given row by row, or as rows by score. The interval has the variance
    of Hedges & Olkin ("Statistical Methods for Meta-Analysis", 1985, section 5). None where a group has fewer than
    two rows or no score differs from another.
    """
    group, reference = Counter(scores_group), Counter(scores_reference)
    count, other = group.total(), reference.total()
    if min(count, other) < 2:
        return None
    pooled = (_squares(group) + _squares(reference)) / (count + other - 2)
    if not pooled:
        return None
    difference = float(_mean(group) - _mean(reference)) / sqrt(pooled)
    margin = two_sided_z(level) * sqrt((count + other) / (count * other) + difference**2 / (2 * (count + other)))
    return Interval(difference, difference - margin, difference + margin)


def equal_opportunity_difference(
    approved_goods_group: int,
    goods_group: int,
    approved_goods_reference: int,
    goods_reference: int,
    level: float = 0.95,
) -> Interval | None:
    """Return the approval rate of the group's goods less that of the reference group's goods; None of no goods.

    Below 0, those of the group who would have paid are approved less often (Hardt, Price & Srebro, "Equality of
    Opportunity in Supervised Learning", 2016). The interval is Newcombe's from two Wilson intervals (Statistics in
    Medicine 17, 1998, method 10). Raises `ValueError` for counts that can't be.
    """
    for approved, goods in ((approved_goods_group, goods_group), (approved_goods_reference, goods_reference)):
        if not 0 <= approved <= goods:
            raise ValueError("needs 0 <= approved goods <= goods")
    if not goods_group or not goods_reference:
        return None
    group = wilson(approved_goods_group, goods_group, level)
    other = wilson(approved_goods_reference, goods_reference, level)
    difference = group.estimate - other.estimate
    below = sqrt((group.estimate - group.low) ** 2 + (other.high - other.estimate) ** 2)
    above = sqrt((group.high - group.estimate) ** 2 + (other.estimate - other.low) ** 2)
    return Interval(difference, difference - below, difference + above).within(-1.0, 1.0)


def _mean(scores: Counter[int]) -> Fraction:
    return Fraction(sum(score * rows for score, rows in scores.items()), scores.total())


def _squares(scores: Counter[int]) -> Fraction:
    """Return the sum of squared distances from the mean."""
    total = sum(score * rows for score, rows in scores.items())
    return sum(score * score * rows for score, rows in scores.items()) - Fraction(total * total, scores.total())
