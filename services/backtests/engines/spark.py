"""A compiled policy on Spark: the same query in its dialect, from Parquet to Parquet.

`local[*]` is this machine. On a cluster the folder through which facts and answers go must be one that its workers
reach (HDFS, a mounted share); where the history lies in the cluster already, hand it the text of the query instead
(`assay policy sql --dialect spark`), and nothing is moved.
"""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from services.backtests.stored import name
from services.backtests.watch import Cancelled, Progress, Stopped, stoppable
from services.decision.domain.policy.sql import CompiledPolicy
from shared.feel.typed.sql.dialects import in_dialect

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL: Final = "local[*]"
_SOURCE: Final = "backtest_source"
SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    # The JVM never compiles a method of more than 8,000 bytes of bytecode. Spark would write a whole policy as one such
    # method, and every row would run through the JVM's interpreter; past this limit it writes many small ones instead.
    "spark.sql.codegen.hugeMethodLimit": "8000",
}
"""What a session needs so that long queries of ours run fast, and days are days in UTC."""


class SparkUnavailable(Exception):
    """Spark can't be used here; the text says why."""


def run_spark(
    db: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    compiled: CompiledPolicy,
    progress: Progress,
    stopped: Stopped,
    folder: Path,
    master: str = LOCAL,
) -> None:
    """Answer every row of `source` into the new table `target` on the Spark cluster `master`; raises `Cancelled`.

    `folder` is an empty folder that Spark's workers reach, too. Raises `SparkUnavailable`.
    """
    query = compiled.query(_SOURCE, sound=True)
    facts, answers = folder / "facts", folder / "answers"
    with stoppable(db, stopped):
        total = _write(db, source, compiled, facts)
        progress(f"{target} on Spark", 0, total)
        # What the columns are called and of which types they are, DuckDB knows best.
        columns = ", ".join(["row_id", *map(name, compiled.facts)])
        empty = f"CREATE OR REPLACE TEMP VIEW {_SOURCE} AS SELECT {columns} FROM {source} WHERE FALSE"
        db.execute(empty)
        db.execute(f"CREATE OR REPLACE TABLE {target} AS {query}")
        db.execute(f"DROP VIEW {_SOURCE}")
    on_spark(query, _SOURCE, facts, answers, master, stopped)
    with stoppable(db, stopped):
        typed = ", ".join(
            f"CAST({name(label)} AS {kind}) AS {name(label)}"
            for label, kind, *_ in db.execute(f"DESCRIBE {target}").fetchall()
        )
        db.execute(f"INSERT INTO {target} SELECT {typed} FROM read_parquet('{answers}/*.parquet') ORDER BY row_id")
        progress(target, total, total)


def _write(db: duckdb.DuckDBPyConnection, source: str, compiled: CompiledPolicy, folder: Path) -> int:
    """Write what the query reads; Parquet has no integers of more than 64 bits, decimals of 38 digits hold them."""
    columns = ["row_id"]
    for label, kind in compiled.facts.items():
        wide = "DECIMAL(38, 0)" if kind == "HUGEINT" else kind
        columns.append(f"CAST({name(label)} AS {wide}) AS {name(label)}")
    rows = f"SELECT {', '.join(columns)} FROM {source}"
    ((count,),) = db.execute(f"COPY ({rows}) TO '{folder}' (FORMAT parquet, PER_THREAD_OUTPUT true)").fetchall()
    return int(count)


def on_spark(query: str, source: str, facts: Path, answers: Path, master: str, stopped: Stopped) -> None:
    """Write to the folder `answers` what a query of DuckDB says about the Parquet files in the folder `facts`.

    The query calls them `source`. Raises `Cancelled` and `SparkUnavailable`.
    """
    translated = in_dialect(query, "spark")
    spark, ours = _session(master)
    try:
        spark.sparkContext.setLogLevel("ERROR")
        spark.read.parquet(str(facts)).createOrReplaceTempView(source)
        spark.sql(translated).write.parquet(str(answers))
    except Exception as error:
        if stopped():
            raise Cancelled from None
        if type(error).__module__.startswith(("py4j", "pyspark")):
            # The rest of it is pages of Java.
            said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise SparkUnavailable(f"Spark at {master} gave up: {said.strip()}") from None
        raise
    finally:
        if ours:
            spark.stop()


def _session(master: str) -> "tuple[SparkSession, bool]":
    """Return a session, the one of this process if it has one, and whether it was started here."""
    try:
        # Whoever does not ask for Spark needs neither it nor Java.
        from py4j.protocol import Py4JError  # noqa: PLC0415
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        raise SparkUnavailable("Spark is not installed: install the extra `spark`") from None
    running = SparkSession.getActiveSession()
    if running is not None:
        return running, False
    builder = SparkSession.builder.master(master).appName("assay backtest")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError):
        raise SparkUnavailable(
            f"Spark does not start at {master}: it needs Java 17, and a master that answers"
        ) from None
    return session, True
