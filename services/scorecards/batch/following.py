"""How far one long query of DuckDB is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

from services.backtests.watch import Progress

_LOOK_SECONDS: Final = 0.2
_PERCENT: Final = 100


@contextmanager
def followed(db: duckdb.DuckDBPyConnection, phase: str, progress: Progress) -> Iterator[None]:
    """Tell every moment in the block how many percent of the query that `db` is running are done."""
    db.execute("SET enable_progress_bar = true")
    db.execute("SET enable_progress_bar_print = false")
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            percent = db.query_progress()
            # It is below zero as long as DuckDB does not know.
            if percent >= 0:
                progress(phase, int(percent), _PERCENT)

    watcher = threading.Thread(target=look, name="progress-watch", daemon=True)
    progress(phase, 0, None)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        db.execute("SET enable_progress_bar = false")
