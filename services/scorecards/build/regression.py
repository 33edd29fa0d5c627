"""Logistic regression by Newton's method: the same coefficients on every machine, with their standard errors.

Newton's method converges quadratically, so that the last digits do not hang on the order of a sum or on a tolerance
(Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning", 2009, section 4.4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy

from services.scorecards.build.binning import Binned
from services.scorecards.build.spec import BuildError

_CHUNK: Final = 1 << 16
_STEPS: Final = 60
_SMALL: Final = 1e-11


@dataclass(frozen=True, slots=True)
class Regression:
    """ln(good:bad odds) = intercept + sum of coefficient * weight of evidence."""

    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    intercept: float


def regress(binned: Sequence[Binned], bads: Any, penalty: Decimal | None) -> Regression:
    """Fit the odds of the good on the weights of evidence.

    `penalty` is C of a ridge: half the sum of squared coefficients is added to C times the log loss, the intercept is
    free; None is no penalty. Raises `BuildError` when the characteristics tell goods and bads apart without fault, or
    repeat one another, so that no coefficients are the best.
    """
    weight = 0.0 if penalty is None else 1 / float(penalty)
    ridge = numpy.diag([0.0] + [weight] * len(binned))
    goods = (~bads).astype(float)
    beta = numpy.zeros(len(binned) + 1)
    share = goods.mean()
    beta[0] = numpy.log(share / (1 - share))
    for _ in range(_STEPS):
        loss, gradient, information = _derivatives(binned, goods, beta)
        step = _solved(information + ridge, gradient - ridge @ beta)
        beta, size = _walked(binned, goods, beta, step, loss, ridge)
        if size < _SMALL:
            _, _, information = _derivatives(binned, goods, beta)
            covariance = _solved(information + ridge, numpy.eye(len(beta)))
            errors = numpy.sqrt(numpy.diag(covariance @ information @ covariance))
            return Regression(tuple(beta[1:].tolist()), tuple(errors[1:].tolist()), float(beta[0]))
    raise BuildError("goods and bads are told apart without fault: no finite coefficients are the best ones")


def correlations(binned: Sequence[Binned]) -> Any:
    """Return the matrix of correlations of the weights of evidence; that of a constant one is 0."""
    size = len(binned)
    total, products, rows = numpy.zeros(size), numpy.zeros((size, size)), 0
    means = numpy.array([float(each.woes[each.places].mean()) for each in binned])
    for start, weights in _chunks(binned):
        centred = weights - means[:, None]
        total += centred.sum(axis=1)
        products += centred @ centred.T
        rows = start + weights.shape[1]
    covariance = products / rows - numpy.outer(total / rows, total / rows)
    scale = numpy.sqrt(numpy.clip(numpy.diag(covariance), 0, None))
    scale[scale < 1e-12] = numpy.inf
    matrix = covariance / numpy.outer(scale, scale)
    numpy.fill_diagonal(matrix, 1.0)
    return matrix


def _chunks(binned: Sequence[Binned]) -> Iterator[tuple[int, Any]]:
    """Yield the weights of evidence of some rows at a time: (first row, characteristics x rows)."""
    rows = len(binned[0].places)
    woes = [each.woes for each in binned]
    for start in range(0, rows, _CHUNK):
        held = [woe[each.places[start : start + _CHUNK]] for woe, each in zip(woes, binned, strict=True)]
        yield start, numpy.array(held)


def _derivatives(binned: Sequence[Binned], goods: Any, beta: Any) -> tuple[float, Any, Any]:
    loss, gradient, information = 0.0, numpy.zeros(len(beta)), numpy.zeros((len(beta), len(beta)))
    for start, weights in _chunks(binned):
        inputs = numpy.vstack([numpy.ones(weights.shape[1]), weights])
        outcome = goods[start : start + weights.shape[1]]
        odds = beta @ inputs
        chance = 1 / (1 + numpy.exp(-numpy.clip(odds, -700, 700)))
        loss += float((numpy.logaddexp(0, odds) - outcome * odds).sum())
        gradient += inputs @ (outcome - chance)
        information += (inputs * (chance * (1 - chance))) @ inputs.T
    return loss, gradient, information


def _walked(binned: Sequence[Binned], goods: Any, beta: Any, step: Any, loss: float, ridge: Any) -> tuple[Any, float]:
    """Return the coefficients after a step, halved until the penalised loss does not grow, and the step's size."""
    before = loss + float(beta @ ridge @ beta) / 2
    for _ in range(30):
        moved = beta + step
        size = float(numpy.abs(step).max())
        after = _derivatives(binned, goods, moved)[0] + float(moved @ ridge @ moved) / 2
        if after <= before + 1e-9 * abs(before):
            return moved, size
        step = step / 2
    return beta, 0.0


def _solved(matrix: Any, right: Any) -> Any:
    try:
        return numpy.linalg.solve(matrix, right)
    except numpy.linalg.LinAlgError:
        raise BuildError("two characteristics say the same, or goods and bads are told apart without fault") from None
