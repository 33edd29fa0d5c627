"""A DuckDB database with bounds: memory, threads, and where it may spill."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

DEFAULT_MEMORY: Final = "1GB"


@contextmanager
def open_database(
    path: Path | None = None, *, memory: str = DEFAULT_MEMORY, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for one backtest, by default in a folder of its own that goes away with it.

    `memory` bounds what DuckDB keeps in memory (such as `1GB`); what is more spills beside the database. Raises
    `ValueError` when it is no size. Nothing is ever fetched from the network.
    """
    with tempfile.TemporaryDirectory(prefix="assay-backtest-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": str(Path(folder) / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            settings["threads"] = threads
        try:
            db = duckdb.connect(str(path or Path(folder) / "backtest.duckdb"), config=settings)
        except (duckdb.InvalidInputException, duckdb.ParserException):
            raise ValueError(f"memory {memory!r} is no size, such as 1GB") from None
        with db:
            db.execute("SET TimeZone = 'UTC'")
            db.execute("SET enable_progress_bar = false")
            yield db
