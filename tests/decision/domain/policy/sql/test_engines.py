"""The catalogue's policies, that of the benchmark and generated ones: DuckDB, PostgreSQL and Spark say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import asyncpg
import duckdb
import pytest
from pyspark.sql import SparkSession

from services.decision.domain.policy import Policy
from services.decision.domain.policy.sql import CompiledPolicy, NotCompilable, compile_policy
from services.embedded.postgres import Address
from services.migrate import PROJECT
from services.policies.check import Shelf, check, read_yaml
from shared.feel.typed.sql.dialects import in_dialect
from tests.bench.policy import ours, workload
from tests.decision.domain.policy.sql.applications import like_the_cases
from tests.decision.domain.policy.sql.generated import APPLICATIONS, policies
from tests.decision.domain.policy.sql.tables import columns, decoded, interpreted, literals, require_same, row_of
from tests.shared.feel.typed.sql.rows import drawn

CATALOGUE: Final = PROJECT / "deploy" / "catalogue"
AS_OF: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROWS: Final = 2_000
GENERATED: Final = 20
NAMES: Final = ("consumer-loan", "sme-loan", "trade-credit", "benchmark", "generated")


@dataclass(frozen=True)
class Example:
    """A policy with applications for it."""

    compiled: CompiledPolicy
    applications: Sequence[Mapping[str, Any]]

    @property
    def rows(self) -> list[list[Any]]:
        """The applications as rows of a table."""
        return [row_of(self.compiled, number, facts, AS_OF) for number, facts in enumerate(self.applications)]

    def require(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What an engine made of the applications is what the interpreter makes of them."""
        expected = interpreted(self.compiled.policy, self.applications, AS_OF)
        require_same(decoded(self.compiled, rows), expected, self.applications)


@cache
def examples(name: str) -> list[Example]:
    """The policies of a name."""
    if name == "generated":
        applications = [facts for some in drawn(APPLICATIONS, 30, 1) for facts in some]
        return [
            Example(compiled, applications) for compiled in map(_compiled, drawn(policies(), GENERATED, 2)) if compiled
        ]
    if name == "benchmark":
        every = workload.applications(ROWS)
        lacking = [
            {key: each[key] for at, key in enumerate(each) if (at * 7 + number) % 11}
            for number, each in enumerate(every)
        ]
        return [Example(compile_policy(ours.policy()), [*every, *lacking])]
    policy = check(read_yaml(CATALOGUE / "policies" / f"{name}.yaml"), Shelf.of(CATALOGUE))
    return [Example(compile_policy(policy), like_the_cases(policy, ROWS))]


def _compiled(policy: Policy) -> CompiledPolicy | None:
    try:
        return compile_policy(policy)
    except NotCompilable:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_duckdb_says_what_the_interpreter_says(name: str) -> None:
    for example in examples(name):
        with duckdb.connect() as duck:
            duck.execute(f"CREATE TABLE source ({columns(example.compiled)})")
            duck.execute(f"INSERT INTO source VALUES {', '.join(map(literals, example.rows))}")
            found = duck.execute(example.compiled.query("source"))
            keys = [column[0] for column in found.description or ()]
            example.require([dict(zip(keys, row, strict=True)) for row in found.fetchall()])


@pytest.mark.parametrize("name", NAMES)
async def test_postgresql_says_what_the_interpreter_says(postgres: Address, name: str) -> None:
    connection = await asyncpg.connect(postgres.url())
    try:
        # Python's first and last day are infinity to asyncpg, and days as any other to PostgreSQL.
        await connection.set_type_codec(
            "date", schema="pg_catalog", encoder=date.isoformat, decoder=date.fromisoformat, format="text"
        )
        for example in examples(name):
            await connection.execute("DROP TABLE IF EXISTS source")
            await connection.execute(f"CREATE TEMP TABLE source ({columns(example.compiled, 'NUMERIC')})")
            await connection.execute(f"INSERT INTO source VALUES {', '.join(map(literals, example.rows))}")
            query = in_dialect(example.compiled.query("source", materialized=True), "postgres")
            example.require([dict(row) for row in await connection.fetch(query)])
    finally:
        await connection.close()


@pytest.mark.parametrize("name", NAMES)
def test_spark_says_what_the_interpreter_says(spark_session: SparkSession, name: str) -> None:
    for example in examples(name):
        types = ["BIGINT", *example.compiled.facts.values()]
        rows = [
            [
                Decimal(each) if of == "HUGEINT" and each is not None else each
                for each, of in zip(row, types, strict=True)
            ]
            for row in example.rows
        ]
        schema = columns(example.compiled, "DECIMAL(38, 0)").replace("VARCHAR", "STRING").replace('"', "`")
        spark_session.createDataFrame(rows, schema).coalesce(1).createOrReplaceTempView("source")
        found = spark_session.sql(in_dialect(example.compiled.query("source"), "spark"))
        example.require([row.asDict() for row in found.collect()])
