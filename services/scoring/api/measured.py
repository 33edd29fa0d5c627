"""Measures with their intervals, as replies show them."""

from pydantic import BaseModel

from services.scoring.domain.measures.distributions import Interval
from services.scoring.domain.monitoring.rounding import six_places


class IntervalReply(BaseModel):
    """A measure with its 95 % confidence interval; decimals of six places."""

    estimate: str
    low: str
    high: str


def interval_reply(interval: Interval) -> IntervalReply:
    """Return the public form of a measure."""
    return IntervalReply(
        estimate=str(six_places(interval.estimate)),
        low=str(six_places(interval.low)),
        high=str(six_places(interval.high)),
    )
