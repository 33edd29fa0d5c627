"""Row by row evaluation spread over processes: a slice of the table at a time goes out and comes back in its place."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import multiprocessing
import os
import tempfile
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Final

import duckdb

from services.backtests.engines.rows.columns import COLUMNS
from services.backtests.engines.rows.worker import MISSING, Job, answer, begin, columns_read
from services.backtests.engines.slices import bounds_of
from services.backtests.watch import Cancelled, Progress, Stopped
from services.decision.domain.policy import Policy
from shared.products import Product

_SLICE_ROWS: Final = 5_000
"""Small enough that a cancel is heard within a second, large enough that starting a slice costs nothing."""

_LOOK_SECONDS: Final = 0.2

_Under = tuple[Future[int], Path]


def run_rows(
    db: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    policy: Policy,
    product: Product,
    progress: Progress,
    stopped: Stopped,
    workers: int | None = None,
) -> None:
    """Answer every row of `source` into the new table `target`, in the order of `row_id`; raises `Cancelled`.

    Each process compiles the policy once; facts and answers travel as files: no process holds more than a slice.
    """
    columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
    db.execute(f"CREATE OR REPLACE TABLE {target} ({columns})")
    first, last, total = bounds_of(db, source)
    if total == 0:
        return
    count = workers or os.cpu_count() or 1
    job = Job(product, dict(policy.document), policy.content_hash)
    context = multiprocessing.get_context("spawn")
    done = 0
    with (
        tempfile.TemporaryDirectory(prefix="assay-rows-") as folder,
        ProcessPoolExecutor(count, context, initializer=begin, initargs=(job,)) as pool,
    ):
        under: deque[_Under] = deque()
        try:
            for start in range(first, last + 1, _SLICE_ROWS):
                facts, answers = Path(folder) / f"{start}.parquet", Path(folder) / f"{start}.csv"
                _write(db, source, product, start, facts)
                under.append((pool.submit(answer, facts, answers), answers))
                if len(under) > 2 * count:
                    done += _collect(db, target, under.popleft(), stopped)
                    progress(target, done, total)
            while under:
                done += _collect(db, target, under.popleft(), stopped)
                progress(target, done, total)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _write(db: duckdb.DuckDBPyConnection, source: str, product: Product, start: int, path: Path) -> None:
    columns = ", ".join(columns_read(product))
    db.execute(f"""
        COPY (
            SELECT {columns} FROM {source} WHERE row_id BETWEEN {start} AND {start + _SLICE_ROWS - 1} ORDER BY row_id
        ) TO '{path}' (FORMAT parquet)
    """)


def _collect(db: duckdb.DuckDBPyConnection, target: str, under: _Under, stopped: Stopped) -> int:
    """Take in the answers of a slice, and return how many they are."""
    future, path = under
    while not wait([future], _LOOK_SECONDS).done:
        if stopped():
            raise Cancelled
    if stopped():
        raise Cancelled
    count = future.result()
    db.execute(f"""
        INSERT INTO {target} FROM read_csv(
            '{path}', auto_detect = false, header = false, columns = {COLUMNS}, delim = ',', quote = '"',
            escape = '"', nullstr = '{MISSING}', max_line_size = 20000000)
    """)
    path.unlink()
    path.with_suffix(".parquet").unlink()
    return count
