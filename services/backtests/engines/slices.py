"""A table in slices of its rows, so that a long run can be followed, stopped, and kept within memory."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import time
from collections.abc import Iterator
from typing import Final

import duckdb

ROW_GROUP: Final = 122_880
"""Rows that DuckDB hands to one thread; slices are multiples of it."""

_FIRST: Final = 2
_MOST: Final = 16
_SHORT_SECONDS: Final = 0.5


def bounds_of(db: duckdb.DuckDBPyConnection, source: str) -> tuple[int, int, int]:
    """Return the least and the greatest `row_id` of a table, and how many rows it has."""
    ((first, last, count),) = db.execute(f"SELECT min(row_id), max(row_id), count(*) FROM {source}").fetchall()
    return first or 0, last or 0, count


def slices(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Give ranges of `row_id`, both ends included: longer ones as long as whoever asks comes back soon."""
    groups = _FIRST
    while first <= last:
        end = min(first + groups * ROW_GROUP - 1, last)
        begun = time.monotonic()
        yield first, end
        first = end + 1
        if time.monotonic() - begun < _SHORT_SECONDS:
            groups = min(groups * 2, _MOST)
