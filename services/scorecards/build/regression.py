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
_HALVINGS: Final = 30
_SMALL: Final = 1e-11


@dataclass(frozen=True, slots=True)
class Regression:
    """ln(good:bad odds) = intercept + sum of coefficient * weight of evidence."""

    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    intercept: float


@dataclass(frozen=True, slots=True)
class _Point:
    """The log loss at some coefficients, its gradient (uphill for the likelihood) and its information matrix."""

    loss: float
    gradient: Any
    information: Any


def regress(
    binned: Sequence[Binned], bads: Any, penalty: Decimal | None, start: Sequence[float] | None = None
) -> Regression:
    """Fit the odds of the good on the weights of evidence.

    `penalty` is C of a ridge: half the sum of squared coefficients is added to C times the log loss, the intercept is
    free; None is no penalty. `start` is a guess, intercept first, that only saves time. Raises `BuildError` when the
    characteristics tell goods and bads apart without fault or repeat one another: then no coefficients are the best.
    """
    weight = 0.0 if penalty is None else 1 / float(penalty)
    ridge = numpy.diag([0.0] + [weight] * len(binned))
    goods = (~bads).astype(float)
    share = goods.mean()
    beta = numpy.array([numpy.log(share / (1 - share)), *[0.0] * len(binned)] if start is None else start)
    point = _derivatives(binned, goods, beta)
    for _ in range(_STEPS):
        step = _solved(point.information + ridge, point.gradient - ridge @ beta)
        beta, point, size = _walked(binned, goods, beta, step, point, ridge)
        if size < _SMALL:
            covariance = _solved(point.information + ridge, numpy.eye(len(beta)))
            errors = numpy.sqrt(numpy.diag(covariance @ point.information @ covariance))
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


def _derivatives(binned: Sequence[Binned], goods: Any, beta: Any) -> _Point:
    loss, gradient, information = 0.0, numpy.zeros(len(beta)), numpy.zeros((len(beta), len(beta)))
    for start, weights in _chunks(binned):
        inputs = numpy.vstack([numpy.ones(weights.shape[1]), weights])
        outcome = goods[start : start + weights.shape[1]]
        odds = beta @ inputs
        chance = 1 / (1 + numpy.exp(-numpy.clip(odds, -700, 700)))
        loss += float((numpy.logaddexp(0, odds) - outcome * odds).sum())
        gradient += inputs @ (outcome - chance)
        information += (inputs * (chance * (1 - chance))) @ inputs.T
    return _Point(loss, gradient, information)


def _walked(
    binned: Sequence[Binned], goods: Any, beta: Any, step: Any, point: _Point, ridge: Any
) -> tuple[Any, _Point, float]:
    """Return where a step leads, and its size, halved until the penalised loss does not grow."""
    before = point.loss + float(beta @ ridge @ beta) / 2
    for _ in range(_HALVINGS):
        moved = beta + step
        reached = _derivatives(binned, goods, moved)
        if reached.loss + float(moved @ ridge @ moved) / 2 <= before + 1e-9 * abs(before):
            return moved, reached, float(numpy.abs(step).max())
        step = step / 2
    return beta, point, 0.0


def _solved(matrix: Any, right: Any) -> Any:
    try:
        return numpy.linalg.solve(matrix, right)
    except numpy.linalg.LinAlgError:
        raise BuildError("two characteristics say the same, or goods and bads are told apart without fault") from None
