"""How good the integer score of a forest is: on the rows it was grown on, on held-out rows, and by cross-validation."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy

from services.scorecards.boosting.forest import Forest, grow
from services.scorecards.boosting.spec import BoostSpec
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError
from services.scorecards.build.splits import describe, fold_rows, others
from services.scorecards.validation import Role, count_scores, validation_pack
from services.scorecards.validation.figures import decimal
from services.scoring.domain.boosted import BoostedModel
from services.scoring.domain.measures.discrimination import auc, gini, ks
from services.scoring.onnx.batch import score_many

Measured = tuple[str, Role, Sample, list[int]]
"""A part of the sample with its name, what the model has seen of it, and the scores of its rows."""


def cross_validation(
    matrix: Any, bads: Any, directions: Sequence[int], spec: BoostSpec, on_fold: Callable[[int], None]
) -> list[Fraction]:
    """Return the AUC of each fold of the rows of `matrix`; the trees are grown anew on the other folds."""
    aucs = []
    split, outcomes = spec.sample.split, bads.tolist()
    for repeat in range(split.repeats if split.folds else 0):
        for number, rows in enumerate(fold_rows(outcomes, split.seed, split.folds, repeat)):
            on_fold(repeat * split.folds + number)
            rest = others(rows, len(outcomes))
            forest = grow(matrix[rest], bads[rest], directions, spec)
            aucs.append(auc(zip(forest.scores(matrix[rows]).tolist(), bads[rows].tolist(), strict=True)))
    return aucs


def checked_scores(model: BoostedModel, forest: Forest, columns: Any, matrix: Any, rows: int) -> Any:
    """Return the score of every row as the artefact gives it; raises `BuildError` unless scikit-learn says the same."""
    scores = score_many(model, columns, rows).scores
    if not bool((scores == forest.scores(matrix)).all()):
        raise BuildError("the artefact does not score as the model it was made from")
    return scores


def metrics(parts: Sequence[Measured], folds: Sequence[Fraction], spec: BoostSpec) -> dict[str, Any]:
    """Return the figures of the artefact. Nothing of the held-out rows was seen when the trees were grown."""
    split = spec.sample.split
    found: dict[str, Any] = {"split": {"method": describe(split), "seed": split.seed}}
    found |= {name: _figures(part, scores, spec) for name, _, part, scores in parts}
    if folds:
        found["cross_validation"] = {
            "method": "training rows, stratified folds, trees grown anew in each",
            "auc_mean": decimal(sum(folds, Fraction(0)) / len(folds)),
            "auc_by_fold": [decimal(each) for each in folds],
        }
    return found


def pack(parts: Sequence[Measured], folds: Sequence[Fraction], spec: BoostSpec) -> dict[str, Any]:
    """Return the validation pack of the forest."""
    counted = [
        count_scores(name, role, scores, part.bads.tolist(), _groups(part)) for name, role, part, scores in parts
    ]
    return validation_pack(counted, spec.scaling, fold_aucs=folds, seed=spec.trees.seed)


def _groups(part: Sample) -> dict[str, list[str | None]]:
    return {
        name: [groups.labels[place] if place >= 0 else None for place in groups.places.tolist()]
        for name, groups in part.protected.items()
    }


def _figures(part: Sample, scores: Sequence[int], spec: BoostSpec) -> dict[str, Any]:
    outcomes = list(zip(scores, part.bads.tolist(), strict=True))
    bads = int(part.bads.sum())
    values, counts = numpy.unique(scores, return_counts=True)
    pds = zip(values.tolist(), counts.tolist(), strict=True)
    return {
        "rows": len(outcomes),
        "bads": bads,
        "bad_rate": decimal(Fraction(bads, len(outcomes))),
        "mean_pd": decimal(sum(Fraction(spec.scaling.pd(score)) * count for score, count in pds) / len(outcomes)),
        "mean_score": decimal(Fraction(sum(scores), len(outcomes)), 1),
        "auc": decimal(auc(outcomes)),
        "gini": decimal(gini(outcomes)),
        "ks": decimal(ks(outcomes)),
    }
