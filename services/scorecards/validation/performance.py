"""How a score does on one part of the data: discrimination, calibration, gains, bands, and what cut-offs would do."""

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

from services.scorecards.validation.figures import bounded, decimal, optional
from services.scorecards.validation.parts import Part, Role
from services.scoring.domain.measures.calibration import brier, calibration
from services.scoring.domain.measures.discrimination import auc_interval, ks_interval
from services.scoring.domain.measures.distributions import Interval
from services.scoring.domain.measures.gains import Confusion, bands, confusion, gains, roc

LEVEL: Final = 0.95
ROUNDS: Final = 500
_CURVE_POINTS: Final = 60
_COLUMNS: Final = 25
_WIDTHS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)

PdOf = Callable[[int], Fraction]
"""The PD that a score stands for."""


def performance(part: Part, pd: PdOf, cuts: Sequence[int], cut_offs: Sequence[int], seed: int) -> dict[str, Any]:
    """Return the figures of a part that holds goods and bads; `cuts` part the score bands."""
    outcomes = part.outcomes
    area = auc_interval(outcomes, LEVEL)
    rows, bads = outcomes.total(), sum(count for (_, is_bad), count in outcomes.items() if is_bad)
    total = sum(score * count for (score, _), count in outcomes.items())
    expected = sum(pd(score) * count for (score, _), count in outcomes.items())
    return {
        "name": part.name,
        "role": str(part.role),
        "rows": rows,
        "unscored": part.unscored,
        "bads": bads,
        "bad_rate": decimal(Fraction(bads, rows)),
        "mean_pd": decimal(Fraction(expected) / rows),
        "mean_score": decimal(Fraction(total, rows), 1),
        "auc": bounded(area),
        "gini": bounded(Interval(*(2 * each - 1 for each in (area.estimate, area.low, area.high)))),
        "ks": bounded(ks_interval(outcomes, LEVEL, seed, ROUNDS)),
        "calibration": _calibration(part, pd, cuts),
        "score_bands": score_bands(outcomes, cuts),
        "gains": _gains(outcomes),
        "roc": _curve(outcomes),
        "distribution": _distribution(outcomes),
        "cut_offs": [_cut_off(confusion(outcomes, cut)) for cut in cut_offs],
    }


def score_bands(outcomes: Counter[tuple[int, bool]], cuts: Sequence[int]) -> list[dict[str, Any]]:
    """Return rows, bads and bad rate of each band."""
    return [
        {"label": band.label, "rows": band.count, "bads": band.bads, "bad_rate": optional(band.bad_rate)}
        for band in bands(outcomes, cuts)
    ]


def _calibration(part: Part, pd: PdOf, cuts: Sequence[int]) -> dict[str, Any]:
    by_score: dict[int, list[int]] = {}
    for (score, is_bad), count in part.outcomes.items():
        tally = by_score.setdefault(score, [0, 0])
        tally[0] += count
        tally[1] += count if is_bad else 0
    rows = []
    for band in bands(part.outcomes, cuts):
        inside = [
            (score, count)
            for score, (count, _) in by_score.items()
            if (band.start is None or score >= band.start) and (band.below is None or score < band.below)
        ]
        expected = sum((pd(score) * count for score, count in inside), Fraction(0))
        rows.append((band.label, expected / (band.count or 1), band.count, band.bads))
    found = calibration(rows, fitted_on_these=part.role is Role.FITTED)
    return {
        "bands": [
            {
                "label": band.label,
                "rows": band.count,
                "bads": band.bads,
                "expected_bads": decimal(band.expected_bads, 1),
                "mean_pd": decimal(band.mean_pd),
                "observed": bounded(band.observed),
                "p_value": decimal(band.p_value),
            }
            for band in found.bands
        ],
        "expected_bads": decimal(found.expected_bads, 1),
        "observed_over_expected": optional(found.bads / found.expected_bads if found.expected_bads else None),
        "brier": decimal(brier((pd(score), count, bads) for score, (count, bads) in by_score.items())),
        "brier_of_the_bad_rate": decimal(Fraction(found.bads * (found.count - found.bads), found.count**2)),
        "hosmer_lemeshow": decimal(found.hosmer_lemeshow, 2),
        "degrees": found.degrees,
        "p_value": decimal(found.p_value),
    }


def _gains(outcomes: Counter[tuple[int, bool]]) -> list[dict[str, Any]]:
    return [
        {
            "label": row.band.label,
            "rows": row.band.count,
            "bads": row.band.bads,
            "rows_share": decimal(row.rows_share),
            "bads_share": decimal(row.bads_share),
            "goods_share": decimal(row.goods_share),
            "lift": decimal(row.lift, 2),
            "gap": decimal(row.gap),
        }
        for row in gains(outcomes)
    ]


def _curve(outcomes: Counter[tuple[int, bool]]) -> list[list[str]]:
    """Return at most about `_CURVE_POINTS` points of the ROC curve, both ends with them."""
    points = roc(outcomes)
    step = max(1, -(-len(points) // _CURVE_POINTS))
    kept = [*points[:-1:step], points[-1]]
    return [[decimal(goods), decimal(bads)] for goods, bads in kept]


def _distribution(outcomes: Counter[tuple[int, bool]]) -> dict[str, Any]:
    """Return goods and bads in columns of one round width, at most `_COLUMNS` and a few of them."""
    lowest, highest = min(outcomes)[0], max(outcomes)[0]
    width = next((each for each in _WIDTHS if (highest - lowest) // each < _COLUMNS), _WIDTHS[-1])
    start = lowest // width * width
    counts = [[0] * ((highest - start) // width + 1) for _ in range(2)]
    for (score, is_bad), count in outcomes.items():
        counts[is_bad][(score - start) // width] += count
    return {"from": start, "width": width, "goods": counts[False], "bads": counts[True]}


def _cut_off(found: Confusion) -> dict[str, Any]:
    return {
        "cut_off": found.cut,
        "approved_goods": found.approved_goods,
        "approved_bads": found.approved_bads,
        "declined_goods": found.declined_goods,
        "declined_bads": found.declined_bads,
        "approval_rate": decimal(found.approval_rate),
        "bad_rate_of_approved": optional(found.bad_rate_of_approved),
        "misclassified": decimal(found.misclassified),
    }
