"""How good the integer scorecard is: on the rows it was fitted on, on held-out rows, and by cross-validation."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy

from services.scorecards.build.document import decimal
from services.scorecards.build.fit import Model, fit
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError, BuildSpec
from services.scorecards.build.splits import describe, fold_rows, others
from services.scorecards.validation import CountedBin, Part, Role, count_scores, validation_pack
from services.scoring.domain.measures.discrimination import auc, gini, ks
from services.scoring.domain.scorecard import Scaling, Scorecard
from shared.facts import FactType


def cross_validation(sample: Sample, spec: BuildSpec, on_fold: Callable[[int], None]) -> list[Fraction]:
    """Return the AUC of each fold; binning, selection and regression are done anew on the other folds."""
    aucs = []
    split, bads = spec.split, sample.bads.tolist()
    for repeat in range(split.repeats if split.folds else 0):
        for number, rows in enumerate(fold_rows(bads, split.seed, split.folds, repeat)):
            on_fold(repeat * split.folds + number)
            model = fit(sample.rows(others(rows, len(sample))), spec)
            aucs.append(auc(outcomes(model, sample.rows(rows))))
    return aucs


def validation(
    model: Model, parts: Mapping[str, Sample], folds: Sequence[Fraction], folded: int, spec: BuildSpec
) -> dict[str, Any]:
    """Return the metrics of the artefact. Nothing of the held-out rows was seen by binning, selection or regression.

    `folded` counts the rows that the folds were made of. Raises `BuildError` when the integer score strays from the
    unrounded one by more than half a point a characteristic.
    """
    metrics: dict[str, Any] = {"split": {"method": describe(spec.split), "seed": spec.split.seed}}
    metrics |= {name: _figures(model, part, spec) for name, part in parts.items()}
    if folds:
        metrics["cross_validation"] = {
            "method": _folds_method(spec),
            "rows": folded,
            "auc_mean": decimal(sum(folds, Fraction(0)) / len(folds)),
            "auc_by_fold": [decimal(each) for each in folds],
        }
    left_out = [
        {"fact": each.fact, "information_value": decimal(each.information_value), "why": each.why}
        for each in model.left_out
    ]
    return metrics | {"rounding": _rounding(model, list(parts.values())), "left_out": left_out}


def pack(model: Model, parts: Mapping[str, Sample], folds: Sequence[Fraction], spec: BuildSpec) -> dict[str, Any]:
    """Return the validation pack of the parts, measured at the cut-off of the reasons if the spec has one."""
    roles = {"train": Role.FITTED, "held_out": Role.HELD_OUT, "later": Role.LATER}
    return validation_pack(
        [_counted(name, roles[name], model, sample) for name, sample in parts.items()],
        Scaling(**spec.scaling),
        fold_aucs=folds,
        cut_off=spec.reasons.cutoff,
        seed=spec.split.seed,
    )


def _counted(name: str, role: Role, model: Model, sample: Sample) -> Part:
    bins = {}
    for each in model.characteristics:
        column = sample.columns[each.candidate.fact]
        places, size = model.places(each, column, column.codes), len(each.bins)
        rows = numpy.bincount(places, minlength=size).tolist()
        bads = numpy.bincount(places[sample.bads], minlength=size).tolist()
        counted = zip(each.bins, rows, bads, strict=True)
        bins[each.candidate.fact] = tuple(
            CountedBin(found.counted.holder.label, found.points, row, bad) for found, row, bad in counted
        )
    groups = {
        attribute: numpy.array([*each.labels, None], dtype=object)[each.places].tolist()
        for attribute, each in sample.protected.items()
    }
    return count_scores(name, role, model.scores(sample).tolist(), sample.bads.tolist(), groups, bins)


def check_scorecard(scorecard: Scorecard, model: Model, sample: Sample) -> None:
    """Raise `BuildError` unless the loaded artefact gives every value of `sample` the points of the fitted model.

    A score is the sum of its characteristics' points, so each is held on its own: every value of a listed kind, and the
    least and the greatest number of each bin, which as an interval then holds what lies between.
    """
    for characteristic, fitted in zip(scorecard.characteristics, model.characteristics, strict=True):
        column = sample.columns[fitted.candidate.fact]
        codes = numpy.unique(column.codes)
        places = model.places(fitted, column, codes)
        if column.fact.type not in (FactType.ENUM, FactType.BOOLEAN):
            ends = numpy.append(True, places[1:] != places[:-1]) | numpy.append(places[1:] != places[:-1], True)
            codes, places = codes[ends], places[ends]
        for code, place in zip(codes.tolist(), places.tolist(), strict=True):
            found = characteristic.bin_of(column.value(code))
            wanted = fitted.bins[place]
            if (found.points, found.role) != (wanted.points, wanted.counted.holder.role):
                raise BuildError("the artefact does not score as the model it was made from")


def outcomes(model: Model, sample: Sample) -> list[tuple[int, bool]]:
    """Return score and outcome of each row."""
    return list(zip(model.scores(sample).tolist(), sample.bads.tolist(), strict=True))


def _folds_method(spec: BuildSpec) -> str:
    rows = "all rows" if spec.split.folds_over_all else "training rows"
    times = "" if spec.split.repeats == 1 else f", repeated {spec.split.repeats} times"
    return f"{rows}, stratified folds, binning and selection repeated in each{times}"


def _figures(model: Model, sample: Sample, spec: BuildSpec) -> dict[str, Any]:
    found = outcomes(model, sample)
    scaling = Scaling(**spec.scaling)
    scores, counts = numpy.unique(model.scores(sample), return_counts=True)
    bads = int(sample.bads.sum())
    pds = zip(scores.tolist(), counts.tolist(), strict=True)
    mean_pd = sum(Fraction(scaling.pd(score)) * count for score, count in pds) / len(found)
    return {
        "rows": len(found),
        "bads": bads,
        "bad_rate": decimal(Fraction(bads, len(found))),
        "mean_pd": decimal(mean_pd),
        "mean_score": decimal(Fraction(sum(score for score, _ in found), len(found)), places=1),
        "auc": decimal(auc(found)),
        "gini": decimal(gini(found)),
        "ks": decimal(ks(found)),
    }


def _rounding(model: Model, parts: Sequence[Sample]) -> dict[str, str]:
    largest = max(float(numpy.abs(model.scores(part) - model.exact_scores(part)).max()) for part in parts)
    bound = Fraction(len(model.characteristics), 2)
    if largest > bound:
        raise BuildError("integer points stray from the model by more than their rounding")
    return {"largest_difference_points": decimal(largest, 2), "bound_points": decimal(bound, 1)}
