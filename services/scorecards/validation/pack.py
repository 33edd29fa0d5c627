"""The pack as a whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import sqrt
from typing import Any, Final

from services.scorecards.validation.fairness import fairness
from services.scorecards.validation.figures import decimal
from services.scorecards.validation.movement import characteristic_movement, score_movement
from services.scorecards.validation.parts import Part, Role
from services.scorecards.validation.performance import LEVEL, ROUNDS, performance
from services.scoring.domain.measures.fairness import MINIMUM_GROUP
from services.scoring.domain.measures.gains import equal_cuts
from services.scoring.domain.scorecard import Scaling

_APPROVED: Final = (90, 80, 70, 60, 50)
"""Percentages of the fitted rows that the cut-offs shown beside the main one approve, as nearly as scores allow."""

_MAIN: Final = 80


def validation_pack(
    parts: Sequence[Part],
    scaling: Scaling,
    *,
    fold_aucs: Sequence[Fraction] = (),
    cut_off: int | None = None,
    references: Mapping[str, str] | None = None,
    band_cuts: Sequence[int] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the validation pack: integers, strings, booleans, None, and lists and objects of them.

    Exactly one of the `parts` is fitted. A score of `cut_off` or more is an approval, where fairness and confusion
    need one; without it, about 80 % of the fitted rows are taken as approved. `references` names the reference
    group of a protected attribute; `band_cuts` the first scores of bands, without them about tenths of the fitted
    rows. Fairness is measured on the parts that are not fitted, or on the fitted one where there is no other.
    Raises `ValueError` when a part lacks goods or bads.
    """
    fitted = _fitted(parts)
    others = [part for part in parts if part is not fitted]
    cuts = tuple(band_cuts) if band_cuts is not None else equal_cuts(_scores(fitted))
    main, chosen = (cut_off, "stated") if cut_off is not None else (_approving(fitted, _MAIN), f"approves {_MAIN} %")
    cut_offs = sorted({main, *(_approving(fitted, percent) for percent in _APPROVED)})

    @cache
    def pd(score: int) -> Fraction:
        return Fraction(scaling.pd(score))

    pack: dict[str, Any] = {
        "methods": _methods(seed),
        "cut_off": {"score": main, "chosen": chosen},
        "parts": [performance(part, pd, cuts, cut_offs, seed) for part in (fitted, *others)],
        "score_stability": score_movement(fitted, others, cuts),
        "characteristics": characteristic_movement(fitted, others),
        "fairness": [
            found for part in others or [fitted] for found in fairness(part, main, references or {}) if found["groups"]
        ],
    }
    if fold_aucs:
        pack["cross_validation"] = _folds(fold_aucs)
    return pack


def _fitted(parts: Sequence[Part]) -> Part:
    fitted = [part for part in parts if part.role is Role.FITTED]
    if len(fitted) != 1:
        raise ValueError("needs exactly one part that the model was fitted on")
    return fitted[0]


def _scores(part: Part) -> Counter[int]:
    scores: Counter[int] = Counter()
    for (score, _), rows in part.outcomes.items():
        scores[score] += rows
    return scores


def _approving(part: Part, percent: int) -> int:
    """Return the highest cut-off that approves at least `percent` % of the rows."""
    scores = _scores(part)
    wanted, above = part.outcomes.total() * percent, 0
    for score in sorted(scores, reverse=True):
        above += scores[score]
        if above * 100 >= wanted:
            return score
    return min(scores)


def _folds(aucs: Sequence[Fraction]) -> dict[str, Any]:
    mean = sum(aucs, Fraction(0)) / len(aucs)
    spread = sqrt(sum((each - mean) ** 2 for each in aucs) / (len(aucs) - 1)) if len(aucs) > 1 else 0.0
    return {
        "auc_mean": decimal(mean),
        "auc_standard_deviation": decimal(spread),
        "auc_by_fold": [decimal(each) for each in aucs],
    }


def _methods(seed: int) -> dict[str, str]:
    return {
        "level": f"{LEVEL}",
        "auc": "DeLong, DeLong & Clarke-Pearson 1988; Gini is 2 AUC - 1",
        "ks": f"Poisson bootstrap mirrored at the estimate, {ROUNDS} rounds, seed {seed}",
        "calibration": "Wilson intervals; exact two-sided binomial test by band; Hosmer-Lemeshow with one degree of"
        " freedom a band, two fewer on fitted rows",
        "psi": "empty bins count as half a row; critical values (1/N + 1/M) times the chi-squared quantile, B - 1"
        " degrees of freedom",
        "fairness": "impact ratio with Katz's interval and a two-proportion z test; difference of means in pooled"
        " standard deviations; difference of the goods' approval rates with Newcombe's interval; groups below"
        f" {MINIMUM_GROUP} rows are not judged",
    }
