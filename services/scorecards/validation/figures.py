"""Figures as a document writes them: decimal strings, the same on every machine."""

from decimal import Decimal
from fractions import Fraction
from math import isfinite

from services.scoring.domain.measures.distributions import Interval


def decimal(value: Fraction | float, places: int = 4) -> str:
    """Return a figure as a decimal string of `places` places, rounded half to even; a float as if it were exact.

    Raises `ValueError` for what is not finite.
    """
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("a figure must be finite")
    exact = Fraction(value)
    scaled = round(exact * 10**places)
    return str(Decimal(scaled).scaleb(-places)) if places else str(scaled)


def optional(value: Fraction | float | None, places: int = 4) -> str | None:
    """Return a figure as `decimal` does, None of none."""
    return None if value is None else decimal(value, places)


def bounded(interval: Interval, places: int = 4) -> dict[str, str]:
    """Return an estimate with its bounds."""
    return {
        "estimate": decimal(interval.estimate, places),
        "low": decimal(interval.low, places),
        "high": decimal(interval.high, places),
    }
