"""A compiled policy says to every application what the interpreter says, to the bit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings

from services.decision.domain.policy import Policy
from services.decision.domain.policy.sql import CompiledPolicy, NotCompilable, compile_policy
from tests.decision.domain.policy.small import AS_OF
from tests.decision.domain.policy.sql.generated import APPLICATIONS, policies
from tests.decision.domain.policy.sql.tables import columns, decoded, interpreted, literals, require_same, row_of

Applications = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory."""
    connection = duckdb.connect()
    yield connection
    connection.close()


def rows_of(
    duck: duckdb.DuckDBPyConnection, compiled: CompiledPolicy, applications: Applications, **of: bool
) -> list[dict[str, Any]]:
    """What DuckDB makes of the applications."""
    duck.execute(f"CREATE OR REPLACE TEMP TABLE source ({columns(compiled)})")
    rows = [literals(row_of(compiled, number, facts, AS_OF)) for number, facts in enumerate(applications)]
    duck.execute(f"INSERT INTO source VALUES {', '.join(rows)}")
    found = duck.execute(compiled.query("source", **of))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@settings(max_examples=300)
@given(policies(), APPLICATIONS)
def test_duckdb_says_what_the_interpreter_says(
    duck: duckdb.DuckDBPyConnection, policy: Policy, applications: list[dict[str, Any]]
) -> None:
    try:
        compiled = compile_policy(policy)
    except NotCompilable as error:
        assume(error is None)
    found = decoded(compiled, rows_of(duck, compiled, applications))
    require_same(found, interpreted(policy, applications, AS_OF), applications)
