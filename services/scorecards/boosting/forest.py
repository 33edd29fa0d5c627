"""Gradient boosting by scikit-learn, its leaves in whole fractions of a point, so that scores add up exactly.

HistGradientBoostingClassifier minimises log loss over binned inputs (G. Ke et al., "LightGBM", NeurIPS 2017); what is
missing goes to the side of a split that was better in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from services.scorecards.boosting.spec import BoostSpec
from services.scorecards.build.spec import BuildError
from services.scoring.domain.boosted import EXACT_SUM
from services.scoring.domain.scorecard import Scaling

UNITS_PER_POINT: Final = 10_000
"""How finely leaves are rounded; thousands of them still add up exactly in 32-bit floats."""

_CONTEXT: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Forest:
    """Grown trees. The classifier's own leaves are the rounded ones, so it says what the artefact says.

    A score is (offset_units + the sum of the leaves in units) / UNITS_PER_POINT, rounded; `nodes` are the nodes of each
    tree as scikit-learn has them and `units` the leaves beside them, 0 at branches. Even odds are at `even_units`, and
    odds that are e times as good at `units_a_log` more.
    """

    classifier: Any
    even_units: float
    units_a_log: float
    offset_units: int
    nodes: tuple[Any, ...]
    units: tuple[Any, ...]

    @property
    def score_range(self) -> range:
        """The scores from the worst leaves of all trees to the best."""
        leaves = [units[nodes["is_leaf"] == 1] for nodes, units in zip(self.nodes, self.units, strict=True)]
        low, high = (self.offset_units + sum(int(pick(each)) for each in leaves) for pick in (numpy.min, numpy.max))
        return range(rounded(low), rounded(high) + 1)

    def scores(self, matrix: Any) -> Any:
        """Return the integer score of each row, worked out from scikit-learn's own sum in double precision."""
        log_odds_of_bad = self.classifier.decision_function(matrix.astype(numpy.float64))
        units = numpy.rint(self.even_units - log_odds_of_bad * self.units_a_log).astype(numpy.int64)
        return rounded(units)


def grow(matrix: Any, bads: Any, directions: Sequence[int], spec: BoostSpec) -> Forest:
    """Return the trees grown on the rows of `matrix`, 32-bit floats; `directions` are the monotone ones by column.

    One thread: sums of floats depend on how rows are shared among threads, and the artefact must not.
    """
    trees = spec.trees
    classifier = HistGradientBoostingClassifier(
        learning_rate=float(trees.learning_rate),
        max_iter=trees.number,
        max_leaf_nodes=trees.maximum_leaves,
        min_samples_leaf=trees.minimum_leaf_rows,
        l2_regularization=float(trees.ridge),
        max_features=float(trees.share_of_inputs),
        monotonic_cst=list(directions),
        early_stopping=False,
        random_state=trees.seed,
    )
    with threadpool_limits(limits=1):
        classifier.fit(matrix.astype(numpy.float64), bads)
    return _in_units(classifier, spec.scaling)


def rounded(units: Any) -> Any:
    """Return the score of a sum of units, or of an array of them: halves upwards, as `Points` of the domain rounds."""
    return (2 * units + UNITS_PER_POINT) // (2 * UNITS_PER_POINT)


def _in_units(classifier: Any, scaling: Scaling) -> Forest:
    """Round the leaves to units and write them back: score = base - PDO / ln 2 * (ln odds of bad + ln base odds)."""
    factor = _CONTEXT.divide(Decimal(scaling.points_to_double_odds), _CONTEXT.ln(Decimal(2)))
    units_a_log = float(_CONTEXT.multiply(factor, Decimal(UNITS_PER_POINT)))
    constant = _CONTEXT.multiply(factor, _CONTEXT.ln(Decimal(scaling.base_odds)))
    even_units = Decimal(UNITS_PER_POINT) * (scaling.base_score - constant)
    offset = round(even_units - Decimal(float(classifier._baseline_prediction.item()) * units_a_log))
    nodes = tuple(predictors[0].nodes for predictors in classifier._predictors)
    units = tuple(
        numpy.rint(-each["value"] * units_a_log).astype(numpy.int64) * (each["is_leaf"] == 1) for each in nodes
    )
    if sum(int(numpy.abs(each).max()) for each in units) > EXACT_SUM:
        raise BuildError("/scaling/points_to_double_odds: is so high that leaves would no longer add up exactly")
    for each, rounded_leaves in zip(nodes, units, strict=True):
        each["value"] = -rounded_leaves / units_a_log
    classifier._baseline_prediction[:] = float(even_units - offset) / units_a_log
    return Forest(classifier, float(even_units), units_a_log, offset, nodes, units)
