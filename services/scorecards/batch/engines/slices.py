"""Rows in slices: out of DuckDB, through something that scores them, and back beside what is carried."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from collections.abc import Callable
from typing import Final

import duckdb

from services.backtests.engines.slices import bounds_of
from services.backtests.stored import name
from services.backtests.watch import Cancelled, Progress, Stopped, stoppable
from services.scorecards.batch.answers import CODED, Layout
from services.scorecards.batch.reading import ROWS

_FACTS: Final = "facts"
SLICE: Final = "slice"
ANSWERS: Final = "answers"

Score = Callable[[duckdb.DuckDBPyConnection], None]
"""Makes the relation `ANSWERS` of the relation `SLICE`: `row_id`, and the columns of `Layout.coded`."""


def score_slices(
    db: duckdb.DuckDBPyConnection, layout: Layout, size: int, score: Score, progress: Progress, stopped: Stopped
) -> None:
    """Score `size` rows at a time into the table `CODED`; raises `Cancelled`."""
    with stoppable(db, stopped):
        db.execute(f"CREATE OR REPLACE TABLE {_FACTS} AS SELECT * FROM {ROWS}")
        first, last, total = bounds_of(db, _FACTS)
        kinds = {label: kind for label, kind, *_ in db.execute(f"DESCRIBE {_FACTS}").fetchall()}
        columns = [f"{column} {kinds[column]}" for column in layout.kept]
        columns += [f"{column} {kind}" for column, kind in layout.coded.items()]
        db.execute(f"CREATE OR REPLACE TABLE {CODED} ({', '.join(columns)})")
        done = 0
        for start in range(first, last + 1, size):
            if stopped():
                raise Cancelled
            within = f"row_id BETWEEN {start} AND {start + size - 1}"
            db.execute(f"CREATE OR REPLACE TEMP VIEW {SLICE} AS SELECT * FROM {_FACTS} WHERE {within}")
            score(db)
            selected = ", ".join([*layout.kept, *map(name, layout.coded)])
            ((written,),) = db.execute(
                f"INSERT INTO {CODED} SELECT {selected} FROM {SLICE} JOIN {ANSWERS} USING (row_id) ORDER BY row_id"
            ).fetchall()
            done += written
            progress("scoring", done, total)
