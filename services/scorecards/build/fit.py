"""From bins to integer points: logistic regression on weights of evidence, scaled and rounded per bin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log

from services.scorecards.build.binning import CountedBin, bin_candidate, information_value
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError, BuildSpec, Candidate
from shared.facts import FactValue


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
    reference_millipoints: int
    bins: tuple[FittedBin, ...]

    def bin_of(self, value: FactValue | None) -> FittedBin:
        """Return the bin of a value; one that no bin holds is unseen, which is always the last."""
        return next((each for each in self.bins if each.counted.holder.holds(value)), self.bins[-1])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that did not enter, and why."""

    fact: str
    information_value: float
    why: str


@dataclass(frozen=True, slots=True)
class Model:
    """What fitting gives: the characteristics in spec order and those left out."""

    characteristics: tuple[FittedCharacteristic, ...]
    left_out: tuple[LeftOut, ...]

    def points(self, facts: Mapping[str, FactValue]) -> int:
        """Return the integer score."""
        return sum(each.bin_of(facts.get(each.candidate.fact)).points for each in self.characteristics)

    def exact_points(self, facts: Mapping[str, FactValue]) -> float:
        """Return the score before any rounding of points."""
        return sum(each.bin_of(facts.get(each.candidate.fact)).exact_points for each in self.characteristics)


def fit(sample: Sample, spec: BuildSpec) -> Model:
    """Bin, select, regress and scale on `sample` alone.

    Left out are candidates below the spec's information value, and those whose coefficient turns negative beside
    the others: their points would contradict their own bad rates. Raises `BuildError` when none remains.
    """
    left_out: list[LeftOut] = []
    binned: list[tuple[Candidate, list[CountedBin]]] = []
    for candidate in spec.candidates:
        values = [facts.get(candidate.fact) for facts in sample.facts]
        fact = spec.product.dictionary.facts[candidate.fact]
        bins = bin_candidate(candidate, fact, values, sample.bads, spec)
        strength = information_value(bins)
        if strength < spec.minimum_information_value:
            left_out.append(LeftOut(candidate.fact, strength, "information value below the minimum"))
        else:
            binned.append((candidate, bins))
    while binned:
        coefficients, intercept = _regress(binned, sample)
        weakest = min(range(len(binned)), key=lambda index: coefficients[index])
        if coefficients[weakest] > 0:
            return Model(_scale(binned, coefficients, intercept, sample, spec), tuple(left_out))
        candidate, bins = binned.pop(weakest)
        left_out.append(LeftOut(candidate.fact, information_value(bins), "coefficient against its own bad rates"))
    raise BuildError("no characteristic has the information value to enter")


def _regress(binned: Sequence[tuple[Candidate, list[CountedBin]]], sample: Sample) -> tuple[list[float], float]:
    """Return coefficients and intercept of ln(good:bad odds) on the weights of evidence, without a penalty."""
    import numpy  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    columns = [[_woe_of(bins, facts.get(candidate.fact)) for facts in sample.facts] for candidate, bins in binned]
    goods = numpy.array([not bad for bad in sample.bads], dtype=int)
    regression = LogisticRegression(C=numpy.inf, tol=1e-10, max_iter=1000)
    regression.fit(numpy.array(columns).T, goods)
    return regression.coef_[0].tolist(), float(regression.intercept_[0])


def _woe_of(bins: Sequence[CountedBin], value: FactValue | None) -> float:
    return next(each.woe or 0.0 for each in bins if each.holder.holds(value))


def _scale(
    binned: Sequence[tuple[Candidate, list[CountedBin]]],
    coefficients: Sequence[float],
    intercept: float,
    sample: Sample,
    spec: BuildSpec,
) -> tuple[FittedCharacteristic, ...]:
    """Turn log odds into points: score = base score + PDO / ln 2 * (ln odds - ln base odds).

    The constant part is spread evenly over the characteristics (Siddiqi, "Credit Risk Scorecards", 2006, chapter 6).
    """
    factor = spec.scaling["points_to_double_odds"] / log(2)
    constant = spec.scaling["base_score"] + factor * (intercept - log(spec.scaling["base_odds"]))
    share = constant / len(binned)
    fitted = []
    for (candidate, bins), coefficient in zip(binned, coefficients, strict=True):
        exact = [None if each.woe is None else share + factor * coefficient * each.woe for each in bins]
        # A bin without training rows has no evidence for better, so withholding a fact never gains points.
        lowest = min(points for points in exact if points is not None)
        priced = [lowest if points is None else points for points in exact]
        final = tuple(FittedBin(each, round(points), points) for each, points in zip(bins, priced, strict=True))
        total = sum(each.points * (each.counted.goods + each.counted.bads) for each in final)
        reference = int((Decimal(1000 * total) / len(sample.bads)).to_integral_value())
        strength = information_value(bins)
        fitted.append(FittedCharacteristic(candidate, strength, coefficient, reference, final))
    return tuple(fitted)
