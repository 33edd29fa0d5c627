"""Whether score and characteristics held still between the rows a model was fitted on and those held out."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import log
from typing import Any

from services.scorecards.validation.figures import decimal
from services.scorecards.validation.parts import CountedBin, Part
from services.scoring.domain.measures.discrimination import auc
from services.scoring.domain.measures.distributions import same_rate_p
from services.scoring.domain.measures.fairness import MINIMUM_GROUP
from services.scoring.domain.measures.gains import bands
from services.scoring.domain.measures.stability import Stability, points_shift, stability


def score_movement(fitted: Part, others: Sequence[Part], cuts: Sequence[int]) -> list[dict[str, Any]]:
    """Return the stability index of the score for each of the other parts, over the bands that `cuts` part."""
    then = [band.count for band in bands(fitted.outcomes, cuts)]
    return [
        {"part": part.name, **index(stability(then, [band.count for band in bands(part.outcomes, cuts)]))}
        for part in others
    ]


def characteristic_movement(fitted: Part, others: Sequence[Part]) -> list[dict[str, Any]]:
    """Return for each characteristic its bins, strength and movement in each part."""
    return [
        {
            "fact": fact,
            "parts": [
                {
                    "part": part.name,
                    **_strength(part.bins[fact]),
                    **_moved(fitted.bins[fact], part.bins[fact], part, fitted),
                }
                for part in (fitted, *others)
            ],
        }
        for fact in fitted.bins
    ]


def index(found: Stability) -> dict[str, str]:
    """Return a stability index with its critical values."""
    return {
        "psi": decimal(found.value),
        "critical_95": decimal(found.critical_95),
        "critical_99": decimal(found.critical_99),
    }


def information_value(bins: Sequence[CountedBin]) -> float:
    """Return the information value of counted bins; an outcome that a bin lacks counts as half a row there."""
    goods, bads = sum(each.rows - each.bads for each in bins), sum(each.bads for each in bins)
    total = 0.0
    for each in bins:
        if each.rows:
            good, bad = (each.rows - each.bads or 0.5) / goods, (each.bads or 0.5) / bads
            total += (good - bad) * log(good / bad)
    return total


def _strength(bins: Sequence[CountedBin]) -> dict[str, Any]:
    outcomes = {(each.points, is_bad): 0 for each in bins for is_bad in (False, True)}
    for each in bins:
        outcomes[each.points, True] += each.bads
        outcomes[each.points, False] += each.rows - each.bads
    return {
        "information_value": decimal(information_value(bins)),
        "auc": decimal(auc(outcomes)),
        "bins": [[each.label, each.rows, each.bads] for each in bins],
    }


def _moved(then: Sequence[CountedBin], now: Sequence[CountedBin], part: Part, fitted: Part) -> dict[str, Any]:
    if part is fitted:
        return {}
    before, after = [each.rows for each in then], [each.rows for each in now]
    return {
        **index(stability(before, after)),
        "points_shift": decimal(points_shift(before, after, [each.points for each in then]), 2),
        "order_reversed": _reversed(then, now),
    }


def _reversed(then: Sequence[CountedBin], now: Sequence[CountedBin]) -> list[dict[str, str]]:
    """Return neighbours in the order of the fitted bad rates whose bad rates stand the other way round now.

    `p_value` is that of the two-proportion z test that their bad rates are the same now. Bins with fewer rows than
    `MINIMUM_GROUP` in either part are passed over.
    """
    large = [pair for pair in zip(then, now, strict=True) if min(each.rows for each in pair) >= MINIMUM_GROUP]
    large.sort(key=lambda pair: _bad_rate(pair[0]))
    return [
        {
            "lower": low.label,
            "higher": high.label,
            "p_value": decimal(same_rate_p(low.bads, low.rows, high.bads, high.rows)),
        }
        for (low_then, low), (high_then, high) in pairwise(large)
        if _bad_rate(low_then) < _bad_rate(high_then) and _bad_rate(low) > _bad_rate(high)
    ]


def _bad_rate(found: CountedBin) -> Fraction:
    return Fraction(found.bads, found.rows)
