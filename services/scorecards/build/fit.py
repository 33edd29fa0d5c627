"""From bins to integer points: logistic regression on weights of evidence, scaled and rounded per bin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import Any

import numpy

from services.scorecards.build.binning import Binned, CountedBin, Holder, Outside, bin_candidate, places_of
from services.scorecards.build.ranking import area_under_curve
from services.scorecards.build.sample import Column, Sample
from services.scorecards.build.selection import LeftOut, Selected, select
from services.scorecards.build.spec import BuildError, BuildSpec, Candidate
from services.scorecards.build.splits import fold_rows, others

Penalty = Decimal | None


@dataclass(frozen=True, slots=True)
class FittedBin:
    """A counted bin with its points; `exact_points` are those before rounding."""

    counted: CountedBin
    points: int
    exact_points: float


@dataclass(frozen=True, slots=True)
class FittedCharacteristic:
    """A characteristic that entered the scorecard. `reference_millipoints` is the mean of its integer points
    over the rows it was fitted on, in thousandths."""

    candidate: Candidate
    information_value: float
    coefficient: float
    standard_error: float
    variance_inflation: float
    reference_millipoints: int
    bins: tuple[FittedBin, ...]
    outside: Outside | None = None

    @property
    def holders(self) -> tuple[Holder, ...]:
        """What each bin holds."""
        return tuple(each.counted.holder for each in self.bins)


@dataclass(frozen=True, slots=True)
class Model:
    """What fitting gives: the characteristics in spec order, those left out, and the penalty that was chosen with the
    cross-validated area under the curve of each there was to choose from."""

    characteristics: tuple[FittedCharacteristic, ...]
    left_out: tuple[LeftOut, ...]
    penalty: Penalty
    tried: Mapping[Penalty, float]

    def scores(self, sample: Sample) -> Any:
        """Return the integer score of each row."""
        return self._sums(sample, lambda each: each.points).astype(numpy.int64)

    def exact_scores(self, sample: Sample) -> Any:
        """Return the score of each row before any rounding of points."""
        return self._sums(sample, lambda each: each.exact_points)

    @staticmethod
    def places(characteristic: FittedCharacteristic, column: Column, codes: Any) -> Any:
        """Return the places of the bins of values that stand as `codes` in `column`."""
        return places_of(characteristic.holders, Column(column.fact, codes), characteristic.outside)

    def _sums(self, sample: Sample, points_of: Any) -> Any:
        total = numpy.zeros(len(sample))
        for each in self.characteristics:
            column = sample.columns[each.candidate.fact]
            places = self.places(each, column, column.codes)
            total += numpy.array([points_of(found) for found in each.bins], dtype=float)[places]
        return total


def fit(sample: Sample, spec: BuildSpec) -> Model:
    """Bin, select, regress and scale on `sample` alone; errors as `fit_binned`."""
    binned, empty = bin_all(sample, spec)
    return fit_binned(sample, binned, empty, spec)


def fit_binned(sample: Sample, binned: Sequence[Binned], empty: Sequence[LeftOut], spec: BuildSpec) -> Model:
    """Select, regress and scale on `sample`, whose candidates are `binned`, and `empty` those that have no value there.

    Of several penalties the one with the best mean area under the curve over folds of `sample` is taken, binning and
    selection repeated in each fold; of equals the strongest. Raises `BuildError` when no characteristic remains.
    """
    tried = _tried(sample, spec) if len(spec.penalties) > 1 else {}
    penalty = spec.penalties[0]
    if tried:
        # Rounded, so that a difference nobody can measure does not decide.
        penalty = min(tried, key=lambda each: (-round(tried[each], 5), float("inf") if each is None else each))
    chosen = select(binned, spec.selection, penalty, sample.bads)
    return Model(_scale(chosen, spec), (*empty, *chosen.left_out), penalty, tried)


def bin_all(sample: Sample, spec: BuildSpec) -> tuple[list[Binned], list[LeftOut]]:
    """Return the candidates with their bins, and those that have no value in these rows."""
    binned, empty = [], []
    for candidate in spec.candidates:
        found = bin_candidate(candidate, sample.columns[candidate.fact], sample.bads, spec)
        if found is None:
            empty.append(LeftOut(candidate.fact, 0.0, "no value in the rows to fit on"))
        else:
            binned.append(found)
    return binned, empty


def _tried(sample: Sample, spec: BuildSpec) -> dict[Penalty, float]:
    areas: dict[Penalty, list[float]] = {penalty: [] for penalty in spec.penalties}
    for rows in fold_rows(sample.bads.tolist(), spec.split.seed, spec.split.folds):
        inner, held_out = sample.rows(others(rows, len(sample))), sample.rows(rows)
        binned, _ = bin_all(inner, spec)
        places = {each.candidate.fact: _held_places(each, held_out) for each in binned}
        for penalty in spec.penalties:
            chosen = select(binned, spec.selection, penalty, inner.bads)
            odds = numpy.zeros(len(held_out))
            for each, coefficient in zip(chosen.binned, chosen.regression.coefficients, strict=True):
                odds += coefficient * each.woes[places[each.candidate.fact]]
            areas[penalty].append(area_under_curve(odds, held_out.bads))
    return {penalty: sum(found) / len(found) for penalty, found in areas.items()}


def _held_places(binned: Binned, sample: Sample) -> Any:
    holders = [each.holder for each in binned.bins]
    return places_of(holders, sample.columns[binned.candidate.fact], binned.outside)


def _scale(chosen: Selected, spec: BuildSpec) -> tuple[FittedCharacteristic, ...]:
    """Turn log odds into points: score = base score + PDO / ln 2 * (ln odds - ln base odds).

    The constant part is spread evenly over the characteristics (Siddiqi, "Credit Risk Scorecards", 2006, chapter 6).
    """
    factor = spec.scaling["points_to_double_odds"] / log(2)
    regression = chosen.regression
    constant = spec.scaling["base_score"] + factor * (regression.intercept - log(spec.scaling["base_odds"]))
    share = constant / len(chosen.binned)
    priced = [
        _priced(each.bins, share, factor * slope)
        for each, slope in zip(chosen.binned, regression.coefficients, strict=True)
    ]
    points = [
        numpy.array([each.points for each in bins])[binned.places]
        for bins, binned in zip(priced, chosen.binned, strict=True)
    ]
    compared = _compared_with(sum(points), spec)
    return tuple(
        FittedCharacteristic(
            candidate=binned.candidate,
            information_value=binned.information_value,
            coefficient=regression.coefficients[at],
            standard_error=regression.standard_errors[at],
            variance_inflation=chosen.inflations[at],
            reference_millipoints=_thousandths(int(points[at][compared].sum()), int(compared.sum())),
            bins=priced[at],
            outside=binned.outside,
        )
        for at, binned in enumerate(chosen.binned)
    )


def _compared_with(scores: Any, spec: BuildSpec) -> Any:
    """Return which rows an applicant's points are held against."""
    cutoff = spec.reasons.cutoff
    if cutoff is None:
        return numpy.ones(len(scores), dtype=bool)
    compared = (scores >= cutoff) & (scores <= cutoff + spec.reasons.within)
    if compared.sum() < spec.minimum_special_rows:
        words = f"only {int(compared.sum())} training rows score {cutoff} to {cutoff + spec.reasons.within}"
        raise BuildError(f"/reasons/within: {words}, fewer than {spec.minimum_special_rows}")
    return compared


def _thousandths(total: int, rows: int) -> int:
    return int((Decimal(1000 * total) / rows).to_integral_value())


def _priced(bins: Sequence[CountedBin], share: float, slope: float) -> tuple[FittedBin, ...]:
    exact = [None if each.woe is None else share + slope * each.woe for each in bins]
    # A bin without training rows has no evidence for better, so withholding a fact never gains points.
    lowest = min(points for points in exact if points is not None)
    priced = [lowest if points is None else points for points in exact]
    if any(abs(points) > 10_000 for points in priced):
        raise BuildError("points are out of range: the characteristics tell goods and bads apart nearly without fault")
    return tuple(FittedBin(each, round(points), points) for each, points in zip(bins, priced, strict=True))
