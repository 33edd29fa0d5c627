"""Exact ratios of counts and sums, and how far chance goes with them. No binary floating point anywhere."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Final

SCALE: Final = 4
"""Decimal places of every ratio that is shown: 0.1234 is 12.34 %."""

SMALL_SAMPLE: Final = 30
"""Below it a rate is marked as resting on few cases; the usual bound for the normal approximation."""

_PLACES: Final = Decimal(1).scaleb(-SCALE)
_PRECISE: Final = Context(prec=50)
_Z_95: Final = Decimal("1.959964")
"""The 0.975 quantile of the standard normal distribution: 95 % of it lies between minus and plus this."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact fraction of two integers; `denominator` is positive."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.denominator <= 0:
            raise ValueError("a ratio needs a positive denominator")

    @property
    def value(self) -> str:
        """The ratio as a decimal with four places, rounded half up."""
        return format(self.rounded, "f")

    @property
    def rounded(self) -> Decimal:
        """The ratio with four places, rounded half up."""
        return _divided(self.numerator, self.denominator).quantize(_PLACES, ROUND_HALF_UP, _PRECISE)


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a rate, as decimals with four places; rounded outwards, so that it is never too narrow."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Significance:
    """Whether chance alone explains that two rates differ, at the 5 % level.

    `test` is `fisher_exact` (two-sided; `statistic` is the p-value) or `two_proportion_z` (`statistic` is z).
    """

    test: str
    statistic: str
    significant: bool


def ratio(numerator: int, denominator: int) -> Ratio | None:
    """Return the ratio, or None of nothing."""
    return Ratio(numerator, denominator) if denominator else None


def lowest(numerator: int, denominator: int) -> Ratio | None:
    """Return the ratio in its lowest terms, or None of nothing: the same whatever scale the figures were kept in."""
    if not denominator:
        return None
    exact = Fraction(numerator, denominator)
    return Ratio(exact.numerator, exact.denominator)


def mean(total: int, count: int) -> int | None:
    """Return an average of integers, rounded half up; None of nothing."""
    if not count:
        return None
    return int(_divided(total, count).quantize(Decimal(1), ROUND_HALF_UP, _PRECISE))


def wilson(hits: int, count: int) -> Interval | None:
    """Return the 95 % score interval of a proportion; None of nothing.

    (p + z^2/2n -+ z * sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
    """
    if not count:
        return None
    with localcontext(_PRECISE):
        share, z_squared = Decimal(hits) / count, _Z_95 * _Z_95
        margin = _Z_95 * (share * (1 - share) / count + z_squared / (4 * count * count)).sqrt()
        centre, scale = share + z_squared / (2 * count), 1 + z_squared / count
        low, high = max(Decimal(0), (centre - margin) / scale), min(Decimal(1), (centre + margin) / scale)
        return Interval(
            format(low.quantize(_PLACES, ROUND_FLOOR), "f"), format(high.quantize(_PLACES, ROUND_CEILING), "f")
        )


def compare_rates(hits: int, count: int, other_hits: int, other_count: int) -> Significance | None:
    """Return whether two rates differ by more than chance; None where either is of nothing.

    Fisher's exact test while a group is small, the two-proportion z test with a pooled rate from `SMALL_SAMPLE` on.
    """
    if not count or not other_count:
        return None
    if min(count, other_count) < SMALL_SAMPLE:
        p_value = fisher_exact(hits, count, other_hits, other_count)
        return Significance("fisher_exact", _four(p_value), p_value < Fraction(5, 100))
    z = _two_proportion_z(hits, count, other_hits, other_count)
    return Significance("two_proportion_z", format(z.quantize(Decimal("0.01")), "f"), abs(z) >= _Z_95)


def fisher_exact(hits: int, count: int, other_hits: int, other_count: int) -> Fraction:
    """Return the two-sided p-value of Fisher's exact test for two proportions.

    The sum of the probabilities of all tables with the same margins that are no more likely than the one found (R. A.
    Fisher, Statistical Methods for Research Workers, 1925). Exact; its cost is that of the smaller group.
    """
    if other_count < count:
        hits, count, other_hits, other_count = other_hits, other_count, hits, count
    all_hits = hits + other_hits
    low, high = max(0, all_hits - other_count), min(count, all_hits)
    # Each table's weight from the one before it: binomial coefficients of millions would be numbers of millions of
    # digits, their ratio is one small fraction.
    weights = [Fraction(1)]
    for found in range(low, high):
        up = (count - found) * (all_hits - found)
        down = (found + 1) * (other_count - all_hits + found + 1)
        weights.append(weights[-1] * Fraction(up, down))
    seen = weights[hits - low]
    return sum((weight for weight in weights if weight <= seen), Fraction(0)) / sum(weights, Fraction(0))


def change(before: Ratio | None, after: Ratio | None) -> str | None:
    """Return the difference of two ratios in percentage points with two places and a sign: `+1.25`."""
    if before is None or after is None:
        return None
    exact = Fraction(after.numerator, after.denominator) - Fraction(before.numerator, before.denominator)
    points = _divided(exact.numerator * 100, exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP, _PRECISE)
    return f"{points:+f}" if points else "0.00"


def _two_proportion_z(hits: int, count: int, other_hits: int, other_count: int) -> Decimal:
    pooled = Fraction(hits + other_hits, count + other_count)
    variance = pooled * (1 - pooled) * (Fraction(1, count) + Fraction(1, other_count))
    if not variance:
        return Decimal(0)
    difference = Fraction(hits, count) - Fraction(other_hits, other_count)
    spread = _PRECISE.sqrt(_divided(variance.numerator, variance.denominator))
    return _PRECISE.divide(_divided(difference.numerator, difference.denominator), spread)


def _four(value: Fraction) -> str:
    return Ratio(value.numerator, value.denominator).value


def _divided(numerator: int, denominator: int) -> Decimal:
    return _PRECISE.divide(Decimal(numerator), Decimal(denominator))
