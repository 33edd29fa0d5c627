"""A file as a table of texts: every row is there or set aside with its reason, before anything is converted."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import duckdb

from services.backtests.inputs.faults import InputError, InputFault, in_rows
from services.backtests.inputs.source import Form, Source

BadRows = Literal["fail", "report"]
"""What becomes of a row that does not fit: the whole file is refused, or the row is set aside and counted."""

MAX_REJECTED: Final = 100_000
"""Rows that may be set aside: a file with more of them is not what the data map is about."""

MAX_SHOWN: Final = 20

_TOO_MANY: Final = f"has more than {MAX_REJECTED:,} rows that do not fit; that is another kind of file"
_NO_TEXT: Final = "\x01"
"""What stands for NULL in the file: nothing does, so that an empty cell is an empty text and can be told from none."""

_FAULTS: Final = {
    "MISSING COLUMNS": "has fewer cells than the header has columns",
    "TOO MANY COLUMNS": "has more cells than the header has columns",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MB",
}
_BROKEN_QUOTE: Final = "has a quote that is not closed, or text after it: where its row ends can't be told"


@dataclass(frozen=True, slots=True)
class Raw:
    """The relation `raw` of a DuckDB database: `row_no`, and `c0`, `c1`... in the order of `columns`.

    `kinds` are their DuckDB types; those of a CSV file are all texts.
    """

    source: Source
    columns: tuple[str, ...]
    kinds: tuple[str, ...]


def read_raw(db: duckdb.DuckDBPyConnection, source: Source, encoding: str, delimiter: str, bad_rows: BadRows) -> Raw:
    """Read a file into `raw` and what no row could be made of into `rejected`; raises `InputError`."""
    db.execute("CREATE OR REPLACE TABLE rejected (row_no BIGINT, column_name VARCHAR, reason VARCHAR)")
    if source.form is Form.PARQUET:
        return _parquet(db, source)
    with tempfile.TemporaryDirectory(prefix="assay-backtest-") as folder:
        # DuckDB takes a path for a pattern; a name of our own has no brackets or stars.
        link = Path(folder) / "input.csv"
        link.symlink_to(source.path.absolute())
        _csv(db, source, link, encoding, delimiter)
    _set_aside(db, source, bad_rows)
    (rows,) = _row(db, "SELECT count(*) FROM raw_text")
    if rows == 0:
        raise InputError([InputFault(source.name, "has a header and no rows that can be read")])
    return Raw(source, source.columns, ("VARCHAR",) * len(source.columns))


def _csv(db: duckdb.DuckDBPyConnection, source: Source, link: Path, encoding: str, delimiter: str) -> None:
    columns = {f"c{number}": "VARCHAR" for number in range(len(source.columns))}
    for table in ("reject_errors", "reject_scans", "raw_text"):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    try:
        db.execute(
            f"""
            CREATE TABLE raw_text AS FROM read_csv(
                ?, auto_detect = false, header = true, columns = {columns}, delim = '{delimiter}', quote = '"',
                escape = '"', nullstr = '{_NO_TEXT}', encoding = '{encoding}', store_rejects = true,
                compression = '{"gzip" if source.compressed else "none"}', rejects_limit = {MAX_REJECTED + 1})
            """,
            [str(link)],
        )
    except duckdb.InvalidInputException:
        words = "can't be read as CSV: line ends of different kinds, or a quote that is not closed"
        raise InputError([InputFault(source.name, words)]) from None


def _set_aside(db: duckdb.DuckDBPyConnection, source: Source, bad_rows: BadRows) -> None:
    """Keep what DuckDB could not read, and number the other rows as the file does."""
    found = db.execute("SELECT line, min(error_type) FROM reject_errors GROUP BY line ORDER BY line").fetchall()
    if len(found) > MAX_REJECTED:
        raise InputError([InputFault(source.name, _TOO_MANY)])
    broken = [InputFault(source.name, _BROKEN_QUOTE, line) for line, kind in found if kind not in _FAULTS]
    if broken:
        raise InputError(broken[:MAX_SHOWN])
    if found and bad_rows == "fail":
        lines = {kind: [line for line, of in found if of == kind] for kind in _FAULTS}
        faults = [(InputFault(source.name, _FAULTS[kind], at[0]), len(at)) for kind, at in lines.items() if at]
        raise InputError([in_rows(fault, count) for fault, count in faults])
    if not found:
        db.execute("CREATE OR REPLACE TEMP VIEW raw AS SELECT rowid + 2 AS row_no, * FROM raw_text")
        return
    # Of the rows that were read, the one at `place` is the first behind so many that were set aside.
    db.execute("""
        CREATE OR REPLACE TEMP TABLE skipped AS
        SELECT place, max(number) AS skipped FROM (
            SELECT line - 1 - row_number() OVER (ORDER BY line) AS place, row_number() OVER (ORDER BY line) AS number
            FROM (SELECT DISTINCT line FROM reject_errors)
            UNION ALL SELECT 0, 0
        ) GROUP BY place
    """)
    for kind, words in _FAULTS.items():
        db.execute(
            "INSERT INTO rejected SELECT DISTINCT line, NULL, ? FROM reject_errors WHERE error_type = ?", [words, kind]
        )
    db.execute("""
        CREATE OR REPLACE TEMP VIEW raw AS SELECT raw_text.rowid + 2 + skipped AS row_no, raw_text.*
        FROM raw_text ASOF JOIN skipped ON raw_text.rowid >= place
        ORDER BY row_no
    """)


def _parquet(db: duckdb.DuckDBPyConnection, source: Source) -> Raw:
    path = str(source.path.absolute())
    # `raw` stays a view: ten million rows are not written twice.
    quoted = path.replace("'", "''")
    if any(mark in path for mark in "*?["):
        raise InputError([InputFault(source.name, "has a *, ? or [ in its path; rename it")])
    try:
        described = db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        columns = ", ".join(
            f'"{name.replace(chr(34), chr(34) * 2)}" AS c{number}' for number, (name, *_) in enumerate(described)
        )
        db.execute(f"""
            CREATE OR REPLACE TEMP VIEW raw AS
            SELECT file_row_number + 1 AS row_no, {columns}
            FROM read_parquet('{quoted}', file_row_number = true)
        """)
        (rows,) = _row(db, "SELECT count(*) FROM raw")
    except duckdb.Error:
        raise InputError([InputFault(source.name, "is no Parquet file that can be read")]) from None
    if rows == 0:
        raise InputError([InputFault(source.name, "has no rows")])
    return Raw(source, tuple(name for name, *_ in described), tuple(kind for _, kind, *_ in described))


def _row(db: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    found = db.execute(sql).fetchone()
    assert found is not None
    return found
