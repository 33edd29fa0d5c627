"""How far a population has moved: the population stability index of a score or of a characteristic's bins."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log

from services.scoring.domain.measures.distributions import chi_squared_quantile


@dataclass(frozen=True, slots=True)
class BinShift:
    """Rows of one bin then and now, and what the bin adds to the index."""

    expected: int
    actual: int
    contribution: float


@dataclass(frozen=True, slots=True)
class Stability:
    """A population stability index with the values that chance alone exceeds in 5 % and in 1 % of samples so large."""

    value: float
    critical_95: float
    critical_99: float
    expected_rows: int
    actual_rows: int
    bins: tuple[BinShift, ...]


def stability(expected: Sequence[int], actual: Sequence[int]) -> Stability:
    """Return the population stability index of two lists of row counts by the same bins.

    The sum over bins of (a - e) ln(a / e), a and e being shares. A bin that is empty on one side counts as half a
    row there; one that is empty on both is no bin. The critical values are (1/N + 1/M) times the quantiles of
    chi-squared with one degree of freedom fewer than bins (Yurdakul & Naranjo, Journal of Risk Model Validation
    14(4), 2020; arXiv 2307.11878), since 0.10 and 0.25 alarm at nothing on small samples and are silent on large.
    Raises `ValueError` unless both sides have as many bins, no count below 0 and at least one row.
    """
    expected_rows, actual_rows = _rows(expected), _rows(actual)
    shifts = [_shift(then, now, expected_rows, actual_rows) for then, now in zip(expected, actual, strict=True)]
    degrees = sum(bool(shift.expected or shift.actual) for shift in shifts) - 1
    unit = 1 / expected_rows + 1 / actual_rows
    critical = [unit * chi_squared_quantile(level, degrees) if degrees else 0.0 for level in (0.95, 0.99)]
    value = sum(shift.contribution for shift in shifts)
    return Stability(value, critical[0], critical[1], expected_rows, actual_rows, tuple(shifts))


def points_shift(expected: Sequence[int], actual: Sequence[int], points: Sequence[int]) -> Fraction:
    """Return by how many points the mean of a characteristic has moved, its bins having these `points`.

    The index says that a characteristic moved; this says which way and how much it matters (the characteristic
    analysis report of Siddiqi, "Credit Risk Scorecards", 2006, chapter 10). Errors as `stability`.
    """
    then, now = (
        Fraction(sum(count * each for count, each in zip(counts, points, strict=True)), _rows(counts))
        for counts in (expected, actual)
    )
    return now - then


def _rows(counts: Sequence[int]) -> int:
    rows = sum(counts)
    if rows < 1 or min(counts) < 0:
        raise ValueError("needs counts of 0 or more, and at least one row")
    return rows


def _shift(expected: int, actual: int, expected_rows: int, actual_rows: int) -> BinShift:
    if not expected and not actual:
        return BinShift(0, 0, 0.0)
    then, now = (expected or 0.5) / expected_rows, (actual or 0.5) / actual_rows
    return BinShift(expected, actual, (now - then) * log(now / then))
