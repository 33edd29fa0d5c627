"""Outcomes ranked by score: bands, the gains table, the ROC curve and what a cut-off would have done. All exact."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from services.scoring.domain.measures.outcomes import Outcomes, counted


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Rows with scores from `start`, included, to `below`, not; None where the band has no end."""

    start: int | None
    below: int | None
    count: int
    bads: int

    @property
    def bad_rate(self) -> Fraction | None:
        """Bads over rows; None in an empty band."""
        return Fraction(self.bads, self.count) if self.count else None

    @property
    def label(self) -> str:
        """The scores of the band in words: `below 480`, `480 to 499`, `620 and above`."""
        if self.start is None:
            return "all scores" if self.below is None else f"below {self.below}"
        return f"{self.start} and above" if self.below is None else f"{self.start} to {self.below - 1}"


@dataclass(frozen=True, slots=True)
class Gain:
    """The lowest scores up to and with a band: which share of all rows, bads and goods they hold.

    `lift` is how many times more bads that is than as many rows taken blindly; `gap` is the distance of bads
    and goods there, the largest of which is near to KS.
    """

    band: ScoreBand
    rows_share: Fraction
    bads_share: Fraction
    goods_share: Fraction

    @property
    def lift(self) -> Fraction:
        """The share of the bads over the share of the rows."""
        return self.bads_share / self.rows_share

    @property
    def gap(self) -> Fraction:
        """The share of the bads less that of the goods."""
        return self.bads_share - self.goods_share


@dataclass(frozen=True, slots=True)
class Confusion:
    """What declining every score below `cut` would have done."""

    cut: int
    declined_goods: int
    declined_bads: int
    approved_goods: int
    approved_bads: int

    @property
    def approval_rate(self) -> Fraction:
        """Approved rows over all."""
        return Fraction(self.approved_goods + self.approved_bads, self._rows)

    @property
    def bad_rate_of_approved(self) -> Fraction | None:
        """Bads among the approved; None where none is."""
        approved = self.approved_goods + self.approved_bads
        return Fraction(self.approved_bads, approved) if approved else None

    @property
    def misclassified(self) -> Fraction:
        """Approved bads and declined goods over all rows."""
        return Fraction(self.approved_bads + self.declined_goods, self._rows)

    @property
    def _rows(self) -> int:
        return self.declined_goods + self.declined_bads + self.approved_goods + self.approved_bads


def equal_cuts(scores: Iterable[int] | Mapping[int, int], groups: int = 10) -> tuple[int, ...]:
    """Return cuts that part scores, or rows by score, into about `groups` bands of as many rows; fewer where scores
    repeat."""
    counts = Counter(scores)
    rows = counts.total()
    cuts, seen, wanted = [], 0, 1
    for score in sorted(counts):
        if seen and seen * groups >= wanted * rows:
            cuts.append(score)
            wanted = seen * groups // rows + 1
        seen += counts[score]
    return tuple(cuts)


def bands(outcomes: Outcomes, cuts: Sequence[int]) -> tuple[ScoreBand, ...]:
    """Return the rows by band; each of the `cuts` starts a band. Raises `ValueError` where cuts don't rise."""
    if any(one >= two for one, two in pairwise(cuts)):
        raise ValueError("cuts must rise")
    counts: Counter[int] = Counter()
    bad_counts: Counter[int] = Counter()
    for (score, is_bad), rows in counted(outcomes).items():
        place = bisect_right(cuts, score)
        counts[place] += rows
        bad_counts[place] += rows if is_bad else 0
    edges: list[int | None] = [None, *cuts, None]
    return tuple(
        ScoreBand(start, below, counts[place], bad_counts[place])
        for place, (start, below) in enumerate(pairwise(edges))
    )


def gains(outcomes: Outcomes, groups: int = 10) -> tuple[Gain, ...]:
    """Return the gains table from the lowest scores up, in about `groups` bands of as many rows.

    Raises `ValueError` unless both goods and bads are there.
    """
    rows = counted(outcomes)
    all_goods, all_bads = _both(rows)
    table, count, bad = [], 0, 0
    for band in bands(rows, equal_cuts(_rows_by_score(rows), groups)):
        count += band.count
        bad += band.bads
        shares = Fraction(count, all_goods + all_bads), Fraction(bad, all_bads), Fraction(count - bad, all_goods)
        table.append(Gain(band, *shares))
    return tuple(table)


def roc(outcomes: Outcomes) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return the ROC curve from (0, 0) to (1, 1): for each score upwards, the share of goods and of bads up to it.

    Raises `ValueError` unless both goods and bads are there.
    """
    rows = counted(outcomes)
    all_goods, all_bads = _both(rows)
    points, goods, bad = [(Fraction(0), Fraction(0))], 0, 0
    for score in sorted(_rows_by_score(rows)):
        goods += rows[score, False]
        bad += rows[score, True]
        points.append((Fraction(goods, all_goods), Fraction(bad, all_bads)))
    return tuple(points)


def confusion(outcomes: Outcomes, cut: int) -> Confusion:
    """Return what approving the scores from `cut` on, and declining those below, would have done."""
    counts: Counter[tuple[bool, bool]] = Counter()
    for (score, is_bad), rows in counted(outcomes).items():
        counts[score >= cut, is_bad] += rows
    return Confusion(cut, counts[False, False], counts[False, True], counts[True, False], counts[True, True])


def _rows_by_score(rows: Counter[tuple[int, bool]]) -> Counter[int]:
    by_score: Counter[int] = Counter()
    for (score, _), count in rows.items():
        if count:
            by_score[score] += count
    return by_score


def _both(rows: Counter[tuple[int, bool]]) -> tuple[int, int]:
    bads = sum(count for (_, is_bad), count in rows.items() if is_bad)
    goods = rows.total() - bads
    if not goods or not bads:
        raise ValueError("needs at least one good and one bad")
    return goods, bads
