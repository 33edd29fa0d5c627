"""How good the integer scorecard is: on the rows it was fitted on, on held-out rows, and by cross-validation."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from services.scorecards.build.document import decimal
from services.scorecards.build.fit import Model, fit
from services.scorecards.build.sample import Sample, fold_rows, others
from services.scorecards.build.spec import BuildError, BuildSpec
from services.scoring.domain.measures.discrimination import auc, gini, ks
from services.scoring.domain.scorecard import Scaling, Scorecard


def cross_validation(sample: Sample, spec: BuildSpec, on_fold: Callable[[int], None]) -> list[Fraction]:
    """Return the AUC of each fold; binning, selection and regression are done anew on the other folds."""
    aucs = []
    for number, rows in enumerate(fold_rows(sample.bads, spec.seed, spec.folds)):
        on_fold(number)
        model = fit(sample.rows(others(rows, len(sample.bads))), spec)
        aucs.append(auc(_outcomes(model, sample.rows(rows))))
    return aucs


def validation(
    model: Model, train: Sample, held_out: Sample, folds: Sequence[Fraction], spec: BuildSpec
) -> dict[str, Any]:
    """Return the metrics of the artefact. Nothing of the held-out rows was seen by binning, selection or regression.

    Raises `BuildError` when the integer score strays from the unrounded one by more than half a point a characteristic.
    """
    return {
        "split": {
            "method": f"stratified on the target, {spec.train_percent} % train, rows shuffled by SHA-256 of seed:row",
            "seed": spec.seed,
        },
        "train": _figures(model, train, spec),
        "held_out": _figures(model, held_out, spec),
        "cross_validation": {
            "method": "all rows, stratified folds, binning and selection repeated in each",
            "rows": len(train.bads) + len(held_out.bads),
            "auc_mean": decimal(sum(folds, Fraction(0)) / len(folds)),
            "auc_by_fold": [decimal(each) for each in folds],
        },
        "rounding": _rounding(model, (*train.facts, *held_out.facts)),
        "left_out": [
            {"fact": each.fact, "information_value": decimal(each.information_value), "why": each.why}
            for each in model.left_out
        ],
    }


def check_scorecard(scorecard: Scorecard, model: Model, sample: Sample) -> None:
    """Raise `BuildError` unless the loaded artefact scores every row of `sample` as the fitted model does."""
    for facts in sample.facts:
        if scorecard.score(facts).score != model.points(facts):
            raise BuildError("the artefact does not score as the model it was made from")


def _outcomes(model: Model, sample: Sample) -> list[tuple[int, bool]]:
    return [(model.points(facts), bad) for facts, bad in zip(sample.facts, sample.bads, strict=True)]


def _figures(model: Model, sample: Sample, spec: BuildSpec) -> dict[str, Any]:
    outcomes = _outcomes(model, sample)
    scaling = Scaling(**spec.scaling)
    scores = [score for score, _ in outcomes]
    bads = sum(sample.bads)
    mean_pd = sum(Fraction(scaling.pd(score)) for score in scores) / len(scores)
    return {
        "rows": len(outcomes),
        "bads": bads,
        "bad_rate": decimal(Fraction(bads, len(outcomes))),
        "mean_pd": decimal(mean_pd),
        "mean_score": decimal(Fraction(sum(scores), len(scores)), places=1),
        "auc": decimal(auc(outcomes)),
        "gini": decimal(gini(outcomes)),
        "ks": decimal(ks(outcomes)),
    }


def _rounding(model: Model, rows: Sequence[Any]) -> dict[str, str]:
    largest = max(abs(model.points(facts) - model.exact_points(facts)) for facts in rows)
    bound = Fraction(len(model.characteristics), 2)
    if largest > bound:
        raise BuildError("integer points stray from the model by more than their rounding")
    return {"largest_difference_points": decimal(largest, 2), "bound_points": decimal(bound, 1)}
