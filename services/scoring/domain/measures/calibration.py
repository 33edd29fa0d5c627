"""Whether predicted probabilities of default are those that came true, by band and overall."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from services.scoring.domain.measures.distributions import Interval, binomial_p, chi_squared_tail, wilson

_NO_LESS: Final = Fraction(1, 1_000_000)
"""The Hosmer-Lemeshow sum takes PDs no nearer to 0 and 1 than the places they are stated with."""


@dataclass(frozen=True, slots=True)
class CalibratedBand:
    """Bads expected and found in a band of scores.

    `observed` is the bad rate with its Wilson interval of 95 %; `p_value` is that of the exact binomial test that
    the bads came with the mean PD, two-sided.
    """

    label: str
    count: int
    bads: int
    mean_pd: Fraction
    observed: Interval
    p_value: float

    @property
    def expected_bads(self) -> Fraction:
        """How many bads the PDs of the band add up to."""
        return self.mean_pd * self.count


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected against observed in all, by band, as Brier score and as Hosmer-Lemeshow statistic.

    `p_value` is the probability of a Hosmer-Lemeshow statistic so large if the PDs are right.
    """

    bands: tuple[CalibratedBand, ...]
    count: int
    bads: int
    expected_bads: Fraction
    brier: Fraction
    hosmer_lemeshow: float
    degrees: int
    p_value: float


def calibration(rows: Sequence[tuple[str, Fraction, int, int]], *, fitted_on_these: bool = False) -> Calibration:
    """Return how bands (label, mean PD, rows, bads) are calibrated.

    The Hosmer-Lemeshow statistic has as many degrees of freedom as bands on rows that the model has not seen, and
    two fewer on the rows that it was fitted on (Hosmer, Lemeshow & Sturdivant, "Applied Logistic Regression", 3rd
    edition 2013, section 5.2). `brier` is that of the bands' mean PDs; `brier` below gives it row by row. A band
    without rows is left out. Raises `ValueError` where no row is left or a count or PD can't be.
    """
    bands = tuple(_band(*row) for row in rows if row[2])
    if not bands:
        raise ValueError("needs at least one row")
    statistic = sum(float(_excess(band)) for band in bands)
    degrees = max(1, len(bands) - 2 * fitted_on_these)
    return Calibration(
        bands=bands,
        count=sum(band.count for band in bands),
        bads=sum(band.bads for band in bands),
        expected_bads=sum((band.expected_bads for band in bands), Fraction(0)),
        brier=brier((band.mean_pd, band.count, band.bads) for band in bands),
        hosmer_lemeshow=statistic,
        degrees=degrees,
        p_value=chi_squared_tail(statistic, degrees),
    )


def brier(rows: Iterable[tuple[Fraction, int, int]]) -> Fraction:
    """Return the mean squared difference of PD and outcome over groups (PD, rows, bads) of equal PD.

    Brier, Monthly Weather Review 78, 1950, in its two-class form: 0 is best, and a constant PD p that is right has
    p(1 - p). Raises `ValueError` without a row.
    """
    total, count = Fraction(0), 0
    for pd, group, bads in rows:
        total += group * pd * pd - 2 * pd * bads + bads
        count += group
    if not count:
        raise ValueError("needs at least one row")
    return total / count


def _band(label: str, mean_pd: Fraction, count: int, bads: int) -> CalibratedBand:
    if not 0 <= bads <= count or not 0 <= mean_pd <= 1:
        raise ValueError("needs 0 <= bads <= rows and a PD between 0 and 1")
    return CalibratedBand(label, count, bads, mean_pd, wilson(bads, count), binomial_p(bads, count, float(mean_pd)))


def _excess(band: CalibratedBand) -> Fraction:
    pd = min(max(band.mean_pd, _NO_LESS), 1 - _NO_LESS)
    return (band.bads - band.count * pd) ** 2 / (band.count * pd * (1 - pd))
