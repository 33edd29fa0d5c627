"""Counts by bin and by band, and how far they have shifted."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction

from services.scoring.domain.measures.stability import stability
from services.scoring.domain.monitoring.baseline import BaselineBand
from services.scoring.domain.monitoring.figures import BinFigures, Shift
from services.scoring.domain.monitoring.rounding import six_places


def shift_of(labels: Sequence[str], expected: Sequence[int], actual: Sequence[int]) -> Shift:
    """Return the stability index of rows by bins of these labels; both sides have rows."""
    found = stability(expected, actual)
    return Shift(
        value=six_places(found.value),
        critical_95=six_places(found.critical_95),
        critical_99=six_places(found.critical_99),
        expected_rows=found.expected_rows,
        actual_rows=found.actual_rows,
        bins=tuple(
            BinFigures(label, each.expected, each.actual, six_places(each.contribution))
            for label, each in zip(labels, found.bins, strict=True)
        ),
    )


def by_band(bands: Sequence[BaselineBand], counts: Iterable[tuple[int, int]]) -> list[int]:
    """Return the rows in each band, of (score, rows)."""
    found = [0] * len(bands)
    for score, count in counts:
        found[place_of(bands, score)] += count
    return found


def place_of(bands: Sequence[BaselineBand], score: int) -> int:
    """Return the place of the band that a score falls into."""
    return bisect_right([band.start for band in bands[1:] if band.start is not None], score)


def mean_of(counts: Iterable[tuple[int, int]]) -> Fraction:
    """Return the mean of scores, of (score, rows); there must be rows."""
    total = rows = 0
    for score, count in counts:
        total, rows = total + score * count, rows + count
    return Fraction(total, rows)
