"""A table filled by one query in DuckDB, slice by slice, in bounded memory."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from typing import Final

import duckdb

from services.backtests.engines.slices import bounds_of, slices
from services.backtests.watch import Cancelled, Progress, Stopped, stoppable

SLICE: Final = "backtest_slice"
"""What a query calls the rows that it is asked about."""


def fill(
    db: duckdb.DuckDBPyConnection, source: str, target: str, query: str, progress: Progress, stopped: Stopped
) -> None:
    """Make the table `target` of what `query` says of each slice of `source`, which it calls `SLICE`.

    Raises `Cancelled`.
    """
    first, last, total = bounds_of(db, source)
    done = 0
    with stoppable(db, stopped):
        _look_at(db, source, 1, 0)
        db.execute(f"CREATE OR REPLACE TABLE {target} AS {query}")
        for start, end in slices(first, last) if total else ():
            if stopped():
                raise Cancelled
            _look_at(db, source, start, end)
            ((written,),) = db.execute(f"INSERT INTO {target} {query}").fetchall()
            done += written
            progress(target, done, total)
    db.execute(f"DROP VIEW {SLICE}")


def _look_at(db: duckdb.DuckDBPyConnection, source: str, start: int, end: int) -> None:
    db.execute(f"CREATE OR REPLACE TEMP VIEW {SLICE} AS SELECT * FROM {source} WHERE row_id BETWEEN {start} AND {end}")
