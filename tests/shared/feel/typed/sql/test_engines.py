"""DuckDB, PostgreSQL and Spark compute what the online engine computes, to the bit, NULL where it says missing."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import duckdb
import pytest
from hypothesis import given, settings
from pyspark.sql import SparkSession

from services.embedded.postgres import Address
from shared.feel.typed import Typed
from shared.feel.typed.sql import SqlValue, Uncompilable, to_sql
from shared.feel.typed.sql.dialects import in_dialect
from tests.shared.feel.typed.sql.rows import (
    SQL_NAMES,
    SQL_VALUES,
    applications,
    compiled,
    drawn,
    expressions,
    interpreted_rows,
    online,
    row_of,
    sql_type,
)

APPLICATIONS = applications()
ROWS = [row_of(application) for application in APPLICATIONS]
SEED, EXPRESSIONS, FEW_EXPRESSIONS, BATCH = 20_261_122, 400, 160, 40


def declared(huge: str) -> str:
    """The columns of the table, the key of each row first."""
    return ", ".join(
        ["row_id BIGINT"]
        + [f"{SQL_NAMES[name]} {sql_type(value).replace('HUGEINT', huge)}" for name, value in SQL_VALUES.items()]
    )


def batches(count: int = EXPRESSIONS) -> Iterator[list[tuple[Typed, SqlValue]]]:
    """Expressions that have an SQL, some for each query."""
    found = compiled(drawn(expressions(), count, SEED))
    assert len(found) > count / 2
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def query(batch: Sequence[tuple[Typed, SqlValue]]) -> str:
    """One query for many expressions."""
    columns = ", ".join(f"{value.sql} AS v{at}" for at, (_, value) in enumerate(batch))
    return f"SELECT {columns} FROM applications ORDER BY row_id"


def require_same(batch: Sequence[tuple[Typed, SqlValue]], answer: Sequence[Sequence[Any]]) -> None:
    """Every value of the answer is the one that the online engine gives."""
    for at, (typed, value) in enumerate(batch):
        expected = interpreted_rows(typed, APPLICATIONS)
        for application, row, wanted in zip(APPLICATIONS, answer, expected, strict=True):
            found = online(row[at], value)
            assert found == wanted and (found is None) is (wanted is None), (typed, application, value.sql)


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """The applications in DuckDB."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE applications ({declared('HUGEINT')})")
    marks = ", ".join("?" * (len(SQL_VALUES) + 1))
    connection.executemany(f"INSERT INTO applications VALUES ({marks})", [[at, *row] for at, row in enumerate(ROWS)])
    yield connection
    connection.close()


@settings(max_examples=200)
@given(typed=expressions())
def test_duckdb_computes_what_the_online_engine_computes(duck: duckdb.DuckDBPyConnection, typed: Typed) -> None:
    try:
        value = to_sql(typed, SQL_VALUES)
    except Uncompilable:
        return
    batch = [(typed, value)]
    require_same(batch, duck.execute(query(batch)).fetchall())


@settings(max_examples=100)
@given(typed=expressions())
def test_parts_in_columns_of_their_own_change_nothing(duck: duckdb.DuckDBPyConnection, typed: Typed) -> None:
    source = "applications"

    def bind(value: SqlValue) -> str:
        nonlocal source
        name = f"part_{source.count('part_')}"
        source = f"(SELECT *, {value.sql} AS {name} FROM {source})"
        return name

    try:
        value = to_sql(typed, SQL_VALUES, bind)
    except Uncompilable:
        return
    answer = duck.execute(f"SELECT {value.sql} FROM {source} ORDER BY row_id").fetchall()
    require_same([(typed, value)], answer)


def test_a_value_has_the_sql_type_that_its_bounds_say(duck: duckdb.DuckDBPyConnection) -> None:
    for batch in batches():
        types = [str(of) for of in duck.sql(query(batch)).types]
        assert types == [sql_type(value) for _, value in batch]


async def test_postgresql_computes_what_the_online_engine_computes(postgres: Address) -> None:
    connection = await asyncpg.connect(postgres.url())
    try:
        await connection.execute(f"CREATE TEMP TABLE applications ({declared('NUMERIC')})")
        # Python's first and last day are infinity to asyncpg, and days as any other to PostgreSQL.
        await connection.set_type_codec(
            "date", schema="pg_catalog", encoder=date.isoformat, decoder=date.fromisoformat, format="text"
        )
        marks = ", ".join(f"${at}" for at in range(1, len(SQL_VALUES) + 2))
        rows = [(at, *row) for at, row in enumerate(ROWS)]
        await connection.executemany(f"INSERT INTO applications VALUES ({marks})", rows)
        for batch in batches():
            require_same(batch, await connection.fetch(in_dialect(query(batch), "postgres")))
    finally:
        await connection.close()


def test_spark_computes_what_the_online_engine_computes(spark_session: SparkSession) -> None:
    columns = declared("DECIMAL(38, 0)").replace("VARCHAR", "STRING")
    wide = [sql_type(value) == "HUGEINT" for value in SQL_VALUES.values()]
    rows = [
        [at, *(Decimal(each) if huge and each is not None else each for each, huge in zip(row, wide, strict=True))]
        for at, row in enumerate(ROWS)
    ]
    spark_session.createDataFrame(rows, columns).coalesce(1).createOrReplaceTempView("applications")
    for batch in batches(FEW_EXPRESSIONS):
        require_same(batch, spark_session.sql(in_dialect(query(batch), "spark")).collect())
