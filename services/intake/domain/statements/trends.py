"""How ratios and amounts went from period to period."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from services.intake.domain.statements.ratios import PLACES, Better, rounded

_ROOTS: Final = Context(prec=34)


class Course(StrEnum):
    """Where something is heading; up and down where neither way is better."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    STEADY = "steady"
    MIXED = "mixed"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Trend:
    """`change` is the last value less the one before it; `course` covers all values.

    `steady` is a course without any change, `mixed` one that turned.
    """

    change: Decimal
    course: Course


def trend(values: Sequence[Decimal], better: Better) -> Trend | None:
    """Return how values went, the oldest first; None for fewer than two."""
    if len(values) < 2:
        return None
    steps = [after - before for before, after in pairwise(values)]
    return Trend(steps[-1], _course(steps, better))


def _course(steps: Sequence[Decimal], better: Better) -> Course:
    ups, downs = any(step > 0 for step in steps), any(step < 0 for step in steps)
    if ups and downs:
        return Course.MIXED
    if not ups and not downs:
        return Course.STEADY
    if better is Better.NEITHER:
        return Course.UP if ups else Course.DOWN
    return Course.IMPROVING if ups is (better is Better.HIGHER) else Course.WORSENING


def compound_growth(first_minor: int, last_minor: int, years: int) -> Decimal | None:
    """Return the compound annual growth rate over `years`, to 6 places; None unless both amounts are above zero.

    A root is not rational: it is taken to 34 digits.
    """
    if first_minor <= 0 or last_minor <= 0 or years < 1:
        return None
    ratio = _ROOTS.divide(Decimal(last_minor), Decimal(first_minor))
    root = ratio if years == 1 else _ROOTS.power(ratio, _ROOTS.divide(Decimal(1), Decimal(years)))
    return rounded(Fraction(root) - 1) if abs(root) < Decimal(10) ** (12 - PLACES) else None
