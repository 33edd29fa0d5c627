"""How well a score tells bads from goods: exact fractions of counted pairs, and how far chance goes with them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from services.scoring.domain.measures.distributions import Interval, two_sided_p, two_sided_z
from services.scoring.domain.measures.outcomes import Outcomes, counted
from services.scoring.domain.measures.resampling import Resampler


@dataclass(frozen=True, slots=True)
class Difference:
    """What one score's AUC has over another's, with its interval and the two-sided p-value of no difference."""

    estimate: float
    low: float
    high: float
    p_value: float


def auc(outcomes: Outcomes) -> Fraction:
    """Return the share of (good, bad) pairs in which the good has the higher score, ties counted half.

    This is the area under the ROC curve (Hanley & McNeil, Radiology 143, 1982).
    Raises `ValueError` unless both goods and bads are there.
    """
    goods, bads = _by_score(outcomes)
    doubled_wins = 0
    bads_below = 0
    for score in sorted(goods.keys() | bads.keys()):
        doubled_wins += goods[score] * (2 * bads_below + bads[score])
        bads_below += bads[score]
    return Fraction(doubled_wins, 2 * goods.total() * bads.total())


def gini(outcomes: Outcomes) -> Fraction:
    """Return 2 AUC - 1, also called the accuracy ratio; errors as `auc`."""
    return 2 * auc(outcomes) - 1


def ks(outcomes: Outcomes) -> Fraction:
    """Return the Kolmogorov-Smirnov statistic: the widest gap between the score distributions of bads and goods.

    Raises `ValueError` unless both goods and bads are there.
    """
    goods, bads = _by_score(outcomes)
    scores = sorted(goods.keys() | bads.keys())
    return _widest_gap([goods[score] for score in scores], [bads[score] for score in scores])


def auc_interval(outcomes: Outcomes, level: float = 0.95) -> Interval:
    """Return the AUC with its interval by the variance of DeLong, DeLong & Clarke-Pearson (Biometrics 44, 1988).

    Works on counts by score, so its cost is that of sorting the scores. Fewer than two goods or two bads have no
    variance: the interval is then all of 0 to 1. A score that separates goods and bads wholly gets an interval of
    no width, which the method can't do better; it says little on a small sample. Errors as `auc`.
    """
    goods, bads = _by_score(outcomes)
    z = two_sided_z(level)
    good_count, bad_count = goods.total(), bads.total()
    wins, good_squares, bad_squares = 0, 0, 0
    bads_below, goods_above = 0, good_count
    for score in sorted(goods.keys() | bads.keys()):
        good, bad = goods[score], bads[score]
        goods_above -= good
        beaten, beating = 2 * bads_below + bad, 2 * goods_above + good
        wins += good * beaten
        good_squares += good * beaten * beaten
        bad_squares += bad * beating * beating
        bads_below += bad
    area = wins / (2 * good_count * bad_count)
    if min(good_count, bad_count) < 2:
        return Interval(area, 0.0, 1.0)
    # Integers to the end: the sums of squares nearly cancel on large samples.
    variance = Fraction(good_squares * good_count - wins * wins, 4 * good_count**2 * (good_count - 1) * bad_count**2)
    variance += Fraction(bad_squares * bad_count - wins * wins, 4 * bad_count**2 * (bad_count - 1) * good_count**2)
    margin = z * sqrt(variance)
    return Interval(area, area - margin, area + margin).within(0.0, 1.0)


def ks_interval(outcomes: Outcomes, level: float = 0.95, seed: int = 0, rounds: int = 500) -> Interval:
    """Return KS with a bootstrap interval; the same seed gives the same interval on every machine.

    Each round gives every (score, outcome) a Poisson count around its own, the Poisson bootstrap (Chamandy et al.,
    "Estimating Uncertainty for Massive Data Streams", 2012), so a round costs the number of different scores. KS is
    a maximum, which resampling pushes up: the quantiles are mirrored at the estimate (the basic bootstrap; Davison &
    Hinkley, "Bootstrap Methods and their Application", 1997, section 5.2). Raises `ValueError` as `ks`, and for
    fewer than 100 rounds.
    """
    two_sided_z(level)
    if rounds < 100:
        raise ValueError("needs at least 100 rounds")
    goods, bads = _by_score(outcomes)
    scores = sorted(goods.keys() | bads.keys())
    good_counts, bad_counts = [goods[score] for score in scores], [bads[score] for score in scores]
    estimate = float(_widest_gap(good_counts, bad_counts))
    draw = Resampler(seed)
    gaps = []
    for _ in range(rounds):
        drawn_goods = [draw.poisson(count) for count in good_counts]
        drawn_bads = [draw.poisson(count) for count in bad_counts]
        if any(drawn_goods) and any(drawn_bads):
            gaps.append(float(_widest_gap(drawn_goods, drawn_bads)))
    gaps.sort()
    outside = int(len(gaps) * (1 - level) / 2)
    return Interval(estimate, 2 * estimate - gaps[-1 - outside], 2 * estimate - gaps[outside]).within(0.0, 1.0)


def auc_difference(
    first: Sequence[int], second: Sequence[int], bads: Sequence[bool], level: float = 0.95
) -> Difference:
    """Return AUC of the `first` score less that of the `second` on the same rows, and whether chance explains it.

    The paired test of DeLong, DeLong & Clarke-Pearson (Biometrics 44, 1988), in O(n log n). Fewer than two goods or
    two bads say nothing: the interval is then all of -1 to 1 and the p-value 1. Raises `ValueError` unless the three
    are equally long and both goods and bads are there.
    """
    z = two_sided_z(level)
    components = [_components(list(zip(scores, bads, strict=True))) for scores in (first, second)]
    gaps = [(one - two, bad) for one, two, bad in zip(*components, bads, strict=True)]
    of_goods, of_bads = [gap for gap, bad in gaps if not bad], [gap for gap, bad in gaps if bad]
    estimate = sum(of_goods) / (2 * len(of_goods) * len(of_bads))
    if min(len(of_goods), len(of_bads)) < 2:
        return Difference(estimate, -1.0, 1.0, 1.0)
    # A component counts doubled wins over all rows of the other outcome.
    spread = sqrt(
        _mean_variance(of_goods) / (2 * len(of_bads)) ** 2 + _mean_variance(of_bads) / (2 * len(of_goods)) ** 2
    )
    if not spread:
        return Difference(estimate, estimate, estimate, 0.0 if estimate else 1.0)
    low, high = max(-1.0, estimate - z * spread), min(1.0, estimate + z * spread)
    return Difference(estimate, low, high, two_sided_p(estimate / spread))


def _components(outcomes: Sequence[tuple[int, bool]]) -> list[int]:
    """Return for each row the doubled number of rows of the other outcome that it is ordered rightly against."""
    goods, bads = _by_score(outcomes)
    beaten, beating = {}, {}
    bads_below, goods_above = 0, goods.total()
    for score in sorted(goods.keys() | bads.keys()):
        goods_above -= goods[score]
        beaten[score] = 2 * bads_below + bads[score]
        beating[score] = 2 * goods_above + goods[score]
        bads_below += bads[score]
    return [beating[score] if bad else beaten[score] for score, bad in outcomes]


def _mean_variance(values: Sequence[int]) -> Fraction:
    """Return the variance of the mean of `values`, at least two, exactly."""
    count, total = len(values), sum(values)
    return Fraction(count * sum(value * value for value in values) - total * total, count * count * (count - 1))


def _widest_gap(goods: Sequence[int], bads: Sequence[int]) -> Fraction:
    good_total, bad_total = sum(goods), sum(bads)
    widest = running = 0
    for good, bad in zip(goods, bads, strict=True):
        running += bad * good_total - good * bad_total
        widest = max(widest, abs(running))
    return Fraction(widest, good_total * bad_total)


def _by_score(outcomes: Outcomes) -> tuple[Counter[int], Counter[int]]:
    goods: Counter[int] = Counter()
    bads: Counter[int] = Counter()
    for (score, is_bad), rows in counted(outcomes).items():
        if rows:
            (bads if is_bad else goods)[score] += rows
    if not goods or not bads:
        raise ValueError("needs at least one good and one bad")
    return goods, bads
