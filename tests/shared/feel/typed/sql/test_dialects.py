"""The SQL of warehouses that are not here: written, read back, and looked at where engines differ."""

import subprocess
import sys

import pytest
import sqlglot

from services.migrate import PROJECT
from shared.feel.typed.sql import to_sql
from shared.feel.typed.sql.dialects import Dialect, in_dialect
from tests.shared.feel.typed.language import expression
from tests.shared.feel.typed.sql.rows import SQL_VALUES, compiled, drawn, expressions

ALL: tuple[Dialect, ...] = ("postgres", "spark", "trino", "snowflake", "bigquery")


@pytest.mark.parametrize("dialect", ALL)
def test_what_is_written_can_be_read_back(dialect: Dialect) -> None:
    for _, value in compiled(drawn(expressions(), 150, 3)):
        written = in_dialect(f"SELECT {value.sql} AS v FROM applications", dialect)
        read = sqlglot.parse_one(written, read=dialect)
        assert read.sql(dialect=dialect)
        # What no engine but DuckDB knows.
        assert not {"HUGEINT", "INT128", "TO_MONTHS", "//"} & set(written.replace("(", " ").replace(")", " ").split())


@pytest.mark.parametrize("dialect", ALL)
def test_no_quotient_goes_through_a_float(dialect: Dialect) -> None:
    value = to_sql(expression("amount / revenue * 3 + modulo(employees, 7) / coverage"), SQL_VALUES)
    written = in_dialect(value.sql, dialect)
    assert not {"DOUBLE", "FLOAT", "FLOAT64", "REAL"} & set(written.upper().replace("(", " ").replace(")", " ").split())


@pytest.mark.parametrize(
    ("dialect", "quotient", "wide"),
    [
        ("postgres", "CAST(DIV(a, b) AS BIGINT)", "CAST(a AS DECIMAL)"),
        ("spark", "CAST(a DIV b AS BIGINT)", "CAST(a AS DECIMAL(38, 0))"),
        ("trino", "CAST((a - a % b) / b AS BIGINT)", "CAST(a AS DECIMAL(38, 0))"),
        ("snowflake", "CAST((a - a % b) / b AS BIGINT)", "CAST(a AS DECIMAL(38, 0))"),
        ("bigquery", "CAST(DIV(a, b) AS INT64)", "CAST(a AS BIGNUMERIC)"),
    ],
)
def test_every_engine_divides_integers_in_its_own_way(dialect: Dialect, quotient: str, wide: str) -> None:
    assert in_dialect("CAST(a // b AS BIGINT)", dialect) == quotient
    assert in_dialect("CAST(a AS HUGEINT)", dialect) == wide


def test_a_wide_quotient_of_spark_is_a_decimal_and_exact() -> None:
    assert in_dialect("CAST(a // b AS HUGEINT)", "spark") == (
        "CAST(CAST((a - a % b) AS DECIMAL(38, 0)) / CAST(b AS DECIMAL(38, 0)) AS DECIMAL(38, 0))"
    )


@pytest.mark.parametrize("dialect", ALL)
def test_long_and_deep_queries_are_written(dialect: Dialect) -> None:
    bits = " + ".join(f"CASE WHEN c{at} > {at} THEN {2 ** (at % 60)} ELSE 0 END" for at in range(500))
    chain = " AND ".join(f"c{at} = {at}" for at in range(500))
    nested = "c0"
    for at in range(200):
        nested = f"({nested} + CASE WHEN c{at} THEN {at} ELSE {at + 1} END)"
    written = in_dialect(f"SELECT {bits} AS a, {chain} AS b, {nested} AS c FROM t", dialect)
    assert written.count("CASE") == 700
    assert sys.getrecursionlimit() < 20_000


def test_whether_an_expression_can_be_compiled_is_asked_without_an_engine() -> None:
    program = "import shared.feel.typed.sql, sys; print({'sqlglot', 'duckdb', 'pyspark'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout.strip() == "set()"
