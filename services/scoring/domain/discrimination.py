"""How well a score tells bads from goods: exact fractions of counted pairs, no floating point."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction


def auc(outcomes: Iterable[tuple[int, bool]]) -> Fraction:
    """Return the share of (good, bad) pairs in which the good has the higher score, ties counted half.

    `outcomes` are (score, is bad); this is the area under the ROC curve (Hanley & McNeil, Radiology 143, 1982).
    Raises `ValueError` unless both goods and bads are there.
    """
    goods, bads = _by_score(outcomes)
    doubled_wins = 0
    bads_below = 0
    for score in sorted(goods.keys() | bads.keys()):
        doubled_wins += goods[score] * (2 * bads_below + bads[score])
        bads_below += bads[score]
    return Fraction(doubled_wins, 2 * goods.total() * bads.total())


def gini(outcomes: Iterable[tuple[int, bool]]) -> Fraction:
    """Return 2 AUC - 1, also called the accuracy ratio; errors as `auc`."""
    return 2 * auc(outcomes) - 1


def ks(outcomes: Iterable[tuple[int, bool]]) -> Fraction:
    """Return the Kolmogorov-Smirnov statistic: the widest gap between the score distributions of bads and goods.

    Raises `ValueError` unless both goods and bads are there.
    """
    goods, bads = _by_score(outcomes)
    widest = Fraction(0)
    goods_so_far = bads_so_far = 0
    for score in sorted(goods.keys() | bads.keys()):
        goods_so_far += goods[score]
        bads_so_far += bads[score]
        gap = Fraction(bads_so_far, bads.total()) - Fraction(goods_so_far, goods.total())
        widest = max(widest, abs(gap))
    return widest


def _by_score(outcomes: Iterable[tuple[int, bool]]) -> tuple[Counter[int], Counter[int]]:
    goods: Counter[int] = Counter()
    bads: Counter[int] = Counter()
    for score, is_bad in outcomes:
        (bads if is_bad else goods)[score] += 1
    if not goods or not bads:
        raise ValueError("needs at least one good and one bad")
    return goods, bads
