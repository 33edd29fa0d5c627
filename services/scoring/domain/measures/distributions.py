"""The distributions behind intervals and tests: normal, chi-squared, binomial."""

from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

_NORMAL: Final = NormalDist()
_TINY: Final = 1e-300
_CLOSE: Final = 1e-15
_MOST_TERMS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its bounds at a stated level of confidence."""

    estimate: float
    low: float
    high: float

    def within(self, lowest: float, highest: float) -> "Interval":
        """Return the interval with its bounds cut to what the estimated figure can be."""
        return Interval(self.estimate, max(self.low, lowest), min(self.high, highest))


def two_sided_z(level: float) -> float:
    """Return the z such that `level` of a standard normal distribution lies between -z and z; 1.96 for 0.95.

    Raises `ValueError` unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise ValueError("a level of confidence lies between 0 and 1")
    return _NORMAL.inv_cdf((1 + level) / 2)


def two_sided_p(z: float) -> float:
    """Return the probability that a standard normal variable is at least as far from 0 as `z`."""
    return 2 * _NORMAL.cdf(-abs(z))


def chi_squared_tail(value: float, degrees: int) -> float:
    """Return the probability that a chi-squared variable of `degrees` >= 1 degrees of freedom exceeds `value` >= 0."""
    return _upper_gamma(degrees / 2, value / 2)


def chi_squared_quantile(share: float, degrees: int) -> float:
    """Return the value below which `share` of a chi-squared distribution lies; within 1e-9 of its size.

    By halving, since the tail falls steadily. Raises `ValueError` unless 0 < share < 1 and degrees >= 1.
    """
    if not 0 < share < 1 or degrees < 1:
        raise ValueError("needs a share between 0 and 1 and at least one degree of freedom")
    low, high = 0.0, float(degrees)
    while chi_squared_tail(high, degrees) > 1 - share:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        if chi_squared_tail(middle, degrees) > 1 - share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def binomial_p(hits: int, count: int, probability: float) -> float:
    """Return the two-sided p-value of `hits` in `count` trials: twice the smaller exact tail, at most 1.

    The convention of Clopper & Pearson (Biometrika 26, 1934): below 0.05 just where their interval leaves
    `probability` out. Exact for any count, at the cost of the square root of it. Raises `ValueError` unless
    0 <= hits <= count and 0 <= probability <= 1.
    """
    if not 0 <= hits <= count or not 0 <= probability <= 1:
        raise ValueError("needs 0 <= hits <= count and a probability between 0 and 1")
    at_most = _binomial_at_most(hits, count, probability)
    at_least = 1.0 if hits == 0 else _binomial_at_least(hits, count, probability)
    return min(1.0, 2 * min(at_most, at_least))


def same_rate_p(hits: int, count: int, other_hits: int, other_count: int) -> float:
    """Return the two-sided p-value of the two-proportion z test with a pooled rate; 1 where all hit or none.

    Raises `ZeroDivisionError` for an empty group.
    """
    pooled = (hits + other_hits) / (count + other_count)
    error = sqrt(pooled * (1 - pooled) * (1 / count + 1 / other_count))
    return two_sided_p((hits / count - other_hits / other_count) / error) if error else 1.0


def wilson(hits: int, count: int, level: float = 0.95) -> Interval:
    """Return the score interval of a proportion (Wilson, J. Am. Stat. Assoc. 22, 1927); of nothing, all of 0 to 1."""
    if not count:
        return Interval(0.0, 0.0, 1.0)
    z = two_sided_z(level)
    share = hits / count
    margin = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    centre, scale = share + z * z / (2 * count), 1 + z * z / count
    # At no and at all hits the bound is the share itself, which the roots miss by a rounding.
    low = 0.0 if not hits else (centre - margin) / scale
    high = 1.0 if hits == count else (centre + margin) / scale
    return Interval(share, low, high)


def _binomial_at_most(hits: int, count: int, probability: float) -> float:
    if hits >= count or probability == 0:
        return 1.0
    if probability == 1:
        return 0.0
    return _incomplete_beta(count - hits, hits + 1, 1 - probability, probability)


def _binomial_at_least(hits: int, count: int, probability: float) -> float:
    if probability in (0, 1):
        return probability
    return _incomplete_beta(hits, count - hits + 1, probability, 1 - probability)


def _upper_gamma(shape: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function Q(shape, x).

    The series below shape + 1, the continued fraction by Lentz's method above (Press et al., Numerical Recipes,
    3rd edition 2007, section 6.2).
    """
    if x <= 0:
        return 1.0
    if x == inf:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        step = shape
        while term > total * _CLOSE:
            step += 1
            term *= x / step
            total += term
        return max(0.0, 1 - total * front)
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    fraction = d
    for number in range(1, _MOST_TERMS):
        a = -number * (number - shape)
        b += 2
        d = 1 / _away_from_zero(a * d + b)
        c = _away_from_zero(b + a / c)
        fraction *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return fraction * front


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) (Numerical Recipes, 3rd edition, section 6.4).

    `rest` is 1 - x: of the two, the one near 0 would be lost in a subtraction.
    """
    logs = a * (log(x) if x < rest else log1p(-rest)) + b * (log1p(-x) if x < rest else log(rest))
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + logs)
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return max(0.0, 1 - front * _beta_fraction(b, a, rest) / b)


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for number in range(1, _MOST_TERMS):
        even = number * (b - number) * x / ((a + 2 * number - 1) * (a + 2 * number))
        odd = -(a + number) * (a + b + number) * x / ((a + 2 * number) * (a + 2 * number + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            fraction *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return fraction


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
