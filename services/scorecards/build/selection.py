"""Which candidates enter the scorecard, and why the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy

from services.scorecards.build.binning import Binned
from services.scorecards.build.regression import Regression, correlations, regress
from services.scorecards.build.spec import BuildError, Candidate, Force, Selection

_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A candidate that did not enter, and why."""

    fact: str
    information_value: float
    why: str


@dataclass(frozen=True, slots=True)
class Selected:
    """The candidates that entered, in the order of the spec, with their regression, and those left out.

    `inflations` are variance inflation factors of their weights of evidence.
    """

    binned: tuple[Binned, ...]
    regression: Regression
    inflations: tuple[float, ...]
    left_out: tuple[LeftOut, ...]


def select(binned: Sequence[Binned], rules: Selection, penalty: Decimal | None, bads: Any) -> Selected:
    """Leave out by information value, number, correlation and inflation, then whatever has a coefficient below zero.

    A coefficient below zero beside the others means points that contradict the characteristic's own bad rates. Of two
    that go together the one of less information value is left out, and named with the other. Raises `BuildError` when
    none remains.
    """
    left_out: list[LeftOut] = []
    kept = _strong(list(binned), rules, left_out)
    kept = _distinct(kept, rules, left_out)
    kept = _uninflated(kept, rules, left_out)
    kept = _counted(kept, rules, left_out)
    start: list[float] | None = None
    while kept:
        regression = regress(kept, bads, penalty, start)
        weakest = min(range(len(kept)), key=lambda at: regression.coefficients[at])
        if regression.coefficients[weakest] > 0:
            return Selected(tuple(kept), regression, _inflations(correlations(kept)), tuple(left_out))
        left_out.append(_left(kept.pop(weakest), "coefficient against its own bad rates"))
        start = [regression.intercept, *regression.coefficients]
        del start[weakest + 1]
    raise BuildError("no characteristic has the information value to enter")


def _forced(candidate: Candidate) -> bool:
    return candidate.force is Force.IN


def _left(binned: Binned, why: str) -> LeftOut:
    return LeftOut(binned.candidate.fact, binned.information_value, why)


def _strong(binned: list[Binned], rules: Selection, left_out: list[LeftOut]) -> list[Binned]:
    kept = []
    for each in binned:
        if each.candidate.force is Force.OUT:
            left_out.append(_left(each, f"left out by the analyst: {each.candidate.why}"))
        elif each.information_value < _NOTHING:
            # Its weights of evidence are all the same, so that it has no coefficient, whatever the minimum is.
            left_out.append(_left(each, "information value below the minimum"))
        elif each.information_value < rules.minimum_information_value and not _forced(each.candidate):
            left_out.append(_left(each, "information value below the minimum"))
        else:
            kept.append(each)
    return kept


def _distinct(kept: list[Binned], rules: Selection, left_out: list[LeftOut]) -> list[Binned]:
    limit = rules.maximum_correlation
    if limit is None or len(kept) < 2:
        return kept
    matrix = correlations(kept)
    ranked = sorted(range(len(kept)), key=lambda at: (not _forced(kept[at].candidate), -kept[at].information_value, at))
    entered: list[int] = []
    for at in ranked:
        near = next((other for other in entered if abs(matrix[at][other]) > limit), None)
        if near is None or _forced(kept[at].candidate):
            entered.append(at)
        else:
            other = kept[near].candidate.fact
            left_out.append(
                _left(kept[at], f"goes with {other}, which is stronger: correlation {matrix[at][near]:.2f}")
            )
    return [kept[at] for at in sorted(entered)]


def _uninflated(kept: list[Binned], rules: Selection, left_out: list[LeftOut]) -> list[Binned]:
    limit = rules.maximum_variance_inflation
    while limit is not None and len(kept) > 1:
        inflations = _inflations(correlations(kept))
        free = [at for at in range(len(kept)) if not _forced(kept[at].candidate) and inflations[at] > limit]
        if not free:
            break
        worst = max(free, key=lambda at: inflations[at])
        left_out.append(_left(kept.pop(worst), f"follows from the others: variance inflation {inflations[worst]:.1f}"))
    return kept


def _counted(kept: list[Binned], rules: Selection, left_out: list[LeftOut]) -> list[Binned]:
    most = rules.maximum_characteristics
    if most is None or len(kept) <= most:
        return kept
    ranked = sorted(range(len(kept)), key=lambda at: (not _forced(kept[at].candidate), -kept[at].information_value, at))
    for at in ranked[most:]:
        left_out.append(_left(kept[at], f"not among the {most} of most information value"))
    return [kept[at] for at in sorted(ranked[:most])]


def _inflations(matrix: Any) -> tuple[float, ...]:
    """Return variance inflation factors: the diagonal of the inverted correlations (Belsley, Kuh & Welsch, 1980)."""
    # The pseudo-inverse stays finite where two characteristics repeat one another; their factor is then huge or cut.
    return tuple(float(each) for each in numpy.diag(numpy.linalg.pinv(matrix, rcond=1e-12)))
