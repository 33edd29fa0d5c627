"""A scorecard's query on Spark, from Parquet to Parquet; see `services.backtests.engines.spark` about folders."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import tempfile
from pathlib import Path

import duckdb

from services.backtests.engines.spark import LOCAL, on_spark
from services.backtests.stored import name
from services.backtests.watch import Progress, Stopped, stoppable
from services.scorecards.batch.answers import CODED, Layout, coded_query
from services.scorecards.batch.reading import ROWS


def by_spark(
    db: duckdb.DuckDBPyConnection,
    layout: Layout,
    progress: Progress,
    stopped: Stopped,
    master: str = LOCAL,
    folder: Path | None = None,
) -> None:
    """Score rows on Spark into the table `CODED`.

    `folder` is one that Spark's workers reach, too. Raises `Cancelled` and `SparkUnavailable`.
    """
    with tempfile.TemporaryDirectory(prefix="assay-spark-", dir=folder) as scratch:
        facts, answers = Path(scratch) / "facts", Path(scratch) / "answers"
        with stoppable(db, stopped):
            columns = ", ".join(
                # Parquet has no integers of more than 64 bits; decimals of 38 digits hold them.
                f"CAST({name(label)} AS {'DECIMAL(38, 0)' if kind == 'HUGEINT' else kind}) AS {name(label)}"
                for label, kind, *_ in db.execute(f"DESCRIBE {ROWS}").fetchall()
            )
            written = f"COPY (SELECT {columns} FROM {ROWS}) TO '{facts}' (FORMAT parquet, PER_THREAD_OUTPUT true)"
            ((total,),) = db.execute(written).fetchall()
        progress("scoring on Spark", 0, total)
        on_spark(coded_query(layout, "rows_to_score"), "rows_to_score", facts, answers, master, stopped)
        with stoppable(db, stopped):
            typed = [*layout.kept, *(f"CAST({each} AS {kind}) AS {each}" for each, kind in layout.coded.items())]
            read = f"SELECT {', '.join(typed)} FROM read_parquet('{answers}/*.parquet') ORDER BY row_id"
            db.execute(f"CREATE OR REPLACE TABLE {CODED} AS {read}")
            progress("scoring on Spark", total, total)
