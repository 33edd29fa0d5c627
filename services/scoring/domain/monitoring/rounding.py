"""Measures as decimals of six places, for reports."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Final

from services.scoring.domain.measures.distributions import Interval
from services.scoring.domain.monitoring.figures import Estimate

_PLACES: Final = Decimal("0.000001")


def six_places(value: Fraction | float) -> Decimal:
    """Return a measure rounded half to even."""
    exact = Fraction(value)
    with localcontext(prec=60, rounding=ROUND_HALF_EVEN):
        # Adding 0 turns a rounded -0.000000 into 0.000000.
        return (Decimal(exact.numerator) / exact.denominator).quantize(_PLACES) + 0


def share(part: int, whole: int) -> Decimal | None:
    """Return a share of a count; None of nothing."""
    return None if whole == 0 else six_places(Fraction(part, whole))


def estimate(interval: Interval) -> Estimate:
    """Return a measure with its interval."""
    return Estimate(six_places(interval.estimate), six_places(interval.low), six_places(interval.high))
