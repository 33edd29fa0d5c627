"""Rows to scores in a file: whole or not at all."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from services.backtests.engines.spark import LOCAL
from services.backtests.stored import text_literal
from services.backtests.watch import Progress, Stopped, never, silent, stoppable
from services.scorecards.batch.answers import CODED, Layout
from services.scorecards.batch.bits import scorecard_query
from services.scorecards.batch.engines import Engine
from services.scorecards.batch.engines.rows import by_rows
from services.scorecards.batch.engines.spark import by_spark
from services.scorecards.batch.following import followed
from services.scorecards.batch.reading import ROWS
from services.scoring.domain.scorecard import Scorecard
from shared.products import Product

FORMATS: Final[Mapping[str, str]] = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".csv.gz": "FORMAT csv, HEADER true, COMPRESSION gzip",
}
"""How a file is written, by the end of its name."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What was written: all rows, and how many of them have no score, by why."""

    rows: int
    without_score: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class How:
    """What scores the rows, and where Spark is if it does."""

    engine: Engine = Engine.DUCKDB
    spark_master: str = LOCAL
    spark_folder: Path | None = None


class EngineUnsuitable(Exception):
    """An engine that can't run this kind of model; the text says so."""


def score_rows(
    db: duckdb.DuckDBPyConnection,
    layout: Layout,
    product: Product,
    out: Path,
    how: How | None = None,
    progress: Progress = silent,
    stopped: Stopped = never,
) -> Scores:
    """Score the rows that `open_rows` found and write them, in their order, to `out`.

    The end of its name says how: see `FORMATS`. The file appears when it is whole, in place of one that may be there;
    until then nothing is seen but a hidden file beside it. Raises `Cancelled`, `EngineUnsuitable`, `SparkUnavailable`,
    and `Unscorable` or `AnswerError` when a boosted model can't be run.
    """
    how, form = how or How(), ending(out)
    assert form is not None
    query = _written(db, layout, product, how, progress, stopped)
    handle, beside = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.")
    os.close(handle)
    unfinished = Path(beside)
    try:
        with stoppable(db, stopped), followed(db, "writing", progress):
            rows = _copy(db, layout, query, unfinished, form)
            without = _without_score(db, layout, query)
        publish(unfinished, out)
    finally:
        unfinished.unlink(missing_ok=True)
    return Scores(rows, without)


def publish(unfinished: Path, out: Path) -> None:
    """Put a file that is whole in its place, in one step that outlives a power cut."""
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.chmod(0o644)
    unfinished.replace(out)


def ending(path: Path) -> str | None:
    """Return the end of a file's name that says how it is written, None if it is none of `FORMATS`."""
    return next((each for each in sorted(FORMATS, key=len, reverse=True) if path.name.lower().endswith(each)), None)


def _written(
    db: duckdb.DuckDBPyConnection, layout: Layout, product: Product, how: How, progress: Progress, stopped: Stopped
) -> str:
    """Return the query of what is written, over coded answers where it is not one query with the scoring."""
    if how.engine is Engine.ROWS:
        by_rows(db, layout, product, progress, stopped)
    elif isinstance(layout.model, Scorecard):
        if how.engine is Engine.DUCKDB:
            return scorecard_query(layout, ROWS)
        by_spark(db, layout, progress, stopped, how.spark_master, how.spark_folder)
    elif how.engine is Engine.SPARK:
        raise EngineUnsuitable("Spark scores scorecards; a boosted model needs the engine duckdb or rows")
    else:
        # numpy and onnxruntime come with the extra `onnx`, and whoever has a boosted model has it.
        from services.scorecards.batch.engines.arrays import by_arrays  # noqa: PLC0415

        by_arrays(db, layout, progress, stopped)
    return layout.written(CODED)


def _copy(db: duckdb.DuckDBPyConnection, layout: Layout, query: str, to: Path, form: str) -> int:
    options = FORMATS[form]
    if form == ".parquet":
        model = layout.model
        about = {"model": model.name, "version": str(model.version), "content_hash": model.content_hash}
        noted = ", ".join(f"{key}: {text_literal(value)}" for key, value in about.items())
        options += f", KV_METADATA {{{noted}}}"
    ((rows,),) = db.execute(f"COPY ({query}) TO {text_literal(str(to))} ({options})").fetchall()
    return int(rows)


def _without_score(db: duckdb.DuckDBPyConnection, layout: Layout, query: str) -> dict[str, int]:
    if not layout.may_fail:
        return {}
    counted = f"SELECT failure, count(*) FROM ({query}) WHERE failure IS NOT NULL GROUP BY failure ORDER BY failure"
    return dict(db.execute(counted).fetchall())
