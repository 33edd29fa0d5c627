"""Many rows at once through a boosted model: the same integers as one at a time, in numpy arrays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy

from services.scoring.domain.boosted import AnswerError, BoostedModel, Encoding, Input, Points
from services.scoring.onnx.session import Session
from shared.money import MAX_MINOR

_ROWS_AT_ONCE: Final = 8192
"""Bounds the memory of a run: as many rows for each reason code, of 32-bit floats."""

Columns = Mapping[str, Any]
"""Values by fact, a row each, as numpy arrays: masked where missing, and missing everywhere where a fact has none.

Numbers are integers in units of their last place (money in minor units, a decimal times ten to its scale), categories
texts, booleans booleans.
"""


@dataclass(frozen=True, slots=True)
class BatchScores:
    """Scores of rows. `pds` are the places of their PDs in the model's `pd_by_score`, and of their grades.

    `reasons` are places in the model's `substitutions`, the largest shortfall first, -1 where there is none;
    `shortfalls` are the points beside them. Both have as many columns as the model gives reasons.
    """

    scores: Any
    pds: Any
    reasons: Any
    shortfalls: Any


def score_many(model: BoostedModel, columns: Columns, rows: int) -> BatchScores:
    """Return what `BoostedModel.score` gives for each of `rows` rows; raises `AnswerError` when the runtime fails."""
    parts = [_scored(model, encode(model.inputs, columns, slice(start, stop))) for start, stop in _spans(rows)]
    if not parts:
        parts = [_scored(model, encode(model.inputs, columns, slice(0, 0)))]
    scores, reasons, shortfalls = (numpy.concatenate(each) for each in zip(*parts, strict=True))
    return BatchScores(scores, scores - model.lowest_score, reasons, shortfalls)


def encode(inputs: Sequence[Input], columns: Columns, rows: slice) -> Any:
    """Return the matrix that the trees look at, of 32-bit floats, for these rows of `columns`."""
    matrix = numpy.empty((rows.stop - rows.start, sum(each.width for each in inputs)), dtype=numpy.float32)
    start = 0
    for each in inputs:
        values = columns.get(each.fact.name)
        target = matrix[:, start : start + each.width]
        target[:] = each.missing
        if values is not None:
            part = values[rows]
            present = ~numpy.ma.getmaskarray(part)
            target[present] = _encoded(each, numpy.ma.getdata(part)[present])
        start += each.width
    return matrix


def _encoded(each: Input, values: Any) -> Any:
    if each.encoding is Encoding.NUMBER:
        whole = numpy.clip(values.astype(numpy.int64), -MAX_MINOR, MAX_MINOR)
        return (whole.astype(numpy.float64) / each.quantum).reshape(-1, 1)
    encoded = numpy.tile(numpy.array(each.unseen), (len(values), 1))
    for value, (row, _) in each.listed.items():
        encoded[values == value] = row
    return encoded


def _scored(model: BoostedModel, matrix: Any) -> tuple[Any, Any, Any]:
    own = _scores(model, matrix)
    gains = numpy.zeros((len(matrix), len(model.substitutions)), dtype=numpy.int64)
    for place, substitution in enumerate(model.substitutions):
        other = matrix.copy()
        for column, number in substitution.columns:
            other[:, column] = number
        gains[:, place] = numpy.maximum(_scores(model, other) - own, 0)
    # A stable order: ties stay in the order of the codes, as they do for one application.
    reasons = numpy.argsort(-gains, axis=1, kind="stable")[:, : model.reason_limit]
    shortfalls = numpy.take_along_axis(gains, reasons, axis=1)
    return own, numpy.where(shortfalls > 0, reasons, -1), shortfalls


def _scores(model: BoostedModel, matrix: Any) -> Any:
    assert isinstance(model.run, Session)
    answers, how = model.run.answers(matrix), model.answers
    if isinstance(how, Points):
        if not bool((answers == numpy.floor(answers)).all()):
            raise AnswerError("the model answered with no whole number")
        doubled = 2 * (how.offset_units + answers.astype(numpy.int64)) + how.units_per_point
        return numpy.clip(doubled // (2 * how.units_per_point), model.lowest_score, model.highest_score)
    if not bool(((answers >= 0) & (answers <= 1)).all()):
        raise AnswerError("the model answered with no probability")
    return model.highest_score - numpy.searchsorted(how.boundaries, answers.astype(numpy.float64), side="left")


def _spans(rows: int) -> Iterator[tuple[int, int]]:
    for start in range(0, rows, _ROWS_AT_ONCE):
        yield start, min(rows, start + _ROWS_AT_ONCE)
