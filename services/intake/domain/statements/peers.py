"""Where a party stands among its industry: percentiles from a table that somebody keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from services.intake.domain.statements.polish import POLISH_RATIOS
from services.intake.domain.statements.ratios import RATIOS, rounded

MOST_POINTS: Final = 99

Point = tuple[int, Decimal]
"""A percentile from 1 to 99, and the value that so many percent of the industry have or are below."""


@dataclass(frozen=True, slots=True)
class IndustryTable:
    """Percentiles of ratios in an industry and year: points by ratio, ascending. `source` says whose figures they are.

    `code` is a code of the classification in use (NAICS, GB/T 4754).
    """

    code: str
    year: int
    source: str
    points: Mapping[str, Sequence[Point]]
    stated_by: str
    stated_at: datetime


class Reach(StrEnum):
    """Whether a percentile is one of the table's range, or a bound: the value lies below or above every point."""

    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Standing:
    """A value's place: percentile from 1 to 99. Where it is out of `reach`, the table's nearest one."""

    percentile: Decimal
    reach: Reach


def standing(value: Decimal, points: Sequence[Point]) -> Standing:
    """Return the place of a value among ascending points: straight lines between neighbours, exact, to 6 places.

    Of several points with the value itself it is the middle of the first and the last.
    """
    if value < points[0][1]:
        return Standing(Decimal(points[0][0]), Reach.BELOW)
    if value > points[-1][1]:
        return Standing(Decimal(points[-1][0]), Reach.ABOVE)
    same = [percentile for percentile, at in points if at == value]
    if same:
        return Standing(rounded(Fraction(same[0] + same[-1], 2)), Reach.WITHIN)
    place = next(place for place, (_, at) in enumerate(points) if at > value)
    (low, low_at), (high, high_at) = points[place - 1], points[place]
    share = (Fraction(value) - Fraction(low_at)) / (Fraction(high_at) - Fraction(low_at))
    return Standing(rounded(low + share * (high - low)), Reach.WITHIN)


def point_fault(code: str, points: Sequence[Point]) -> str | None:
    """Return what is wrong with the points of a ratio, in words; None for sound ones."""
    if code not in RATIOS and code not in POLISH_RATIOS:
        return "is no ratio of the library"
    if len(points) < 2 or len(points) > MOST_POINTS:
        return f"has between 2 and {MOST_POINTS} points"
    pairs = list(pairwise(points))
    if any(not 1 <= percentile <= 99 for percentile, _ in points) or any(one[0] >= two[0] for one, two in pairs):
        return "has percentiles from 1 to 99, ascending"
    if any(one[1] > two[1] for one, two in pairs):
        return "has values that never fall"
    return None
