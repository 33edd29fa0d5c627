"""A boosted model over arrays: DuckDB hands over a slice of rows, onnxruntime scores it. It is the extra `onnx`."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from typing import Any, Final

import duckdb
import numpy

from services.backtests.stored import is_number, name, text_literal
from services.backtests.watch import Progress, Stopped
from services.scorecards.batch.answers import Layout
from services.scorecards.batch.engines.slices import ANSWERS, SLICE, score_slices
from services.scoring.domain.boosted import BoostedModel
from services.scoring.domain.scorecard.sql import PD_SCALE
from services.scoring.onnx.batch import score_many
from shared.money import MAX_MINOR

_ROWS: Final = 122_880
"""A row group of DuckDB."""

_FOUND: Final = "found"


def by_arrays(db: duckdb.DuckDBPyConnection, layout: Layout, progress: Progress, stopped: Stopped) -> None:
    """Score rows by a boosted model into the table `CODED`; raises `Cancelled`.

    Raises `AnswerError` when the runtime fails.
    """
    model = layout.model
    assert isinstance(model, BoostedModel)
    numbers = {each.fact.name for each in model.inputs if is_number(each.fact)}
    # As the model takes them: what is larger than any amount counts as the largest.
    asked = ", ".join(
        f"CAST(GREATEST(LEAST({name(label)}, {MAX_MINOR}), -{MAX_MINOR}) AS BIGINT) AS {name(label)}"
        if label in numbers
        else name(label)
        for label in model.reads
    )
    answers = _answers(layout, model)

    def score(db: duckdb.DuckDBPyConnection) -> None:
        columns: dict[str, Any] = db.execute(f"SELECT row_id, {asked} FROM {SLICE}").fetchnumpy()
        rows = numpy.ma.getdata(columns.pop("row_id"))
        found = score_many(model, columns, len(rows))
        arrays = {"row_id": rows, "score": found.scores, "level": found.pds}
        for place in range(layout.reasons):
            arrays[f"code_{place + 1}"] = numpy.ascontiguousarray(found.reasons[:, place])
            arrays[f"shortfall_{place + 1}"] = numpy.ascontiguousarray(1000 * found.shortfalls[:, place])
        db.register(_FOUND, arrays)
        db.execute(f"CREATE OR REPLACE TEMP TABLE {ANSWERS} AS {answers}")
        db.unregister(_FOUND)

    score_slices(db, layout, _ROWS, score, progress, stopped)


def _answers(layout: Layout, model: BoostedModel) -> str:
    """Return SQL of the coded answers that the arrays stand for; the place 0 of a list is NULL."""
    pds = ", ".join(str(int(pd.scaleb(PD_SCALE))) for pd in model.pd_by_score)
    columns = ["row_id", "score", f"CAST([{pds}][level + 1] AS BIGINT) AS pd"]
    if layout.graded:
        grades = ", ".join(text_literal(str(grade)) for grade in model.grade_by_score)
        columns.append(f"[{grades}][level + 1] AS grade")
    codes = ", ".join(text_literal(each.code) for each in model.substitutions)
    for at in range(1, layout.reasons + 1):
        columns += [f"[{codes}][code_{at} + 1] AS reason_{at}"]
        columns += [f"CASE WHEN code_{at} >= 0 THEN shortfall_{at} END AS shortfall_{at}"]
    return f"SELECT {', '.join(columns)} FROM {_FOUND}"
