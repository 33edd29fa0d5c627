"""The policies of the catalogue over awkward applications."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import duckdb
import pytest

from services.backtests.engines import Answered, Ran, open_database
from services.decision.domain.policy import Policy
from services.migrate import PROJECT
from services.policies.check import Shelf, check, read_yaml
from shared.products import Product

CATALOGUE = PROJECT / "deploy" / "catalogue"

Answers = Callable[[str, Ran], list[Answered]]


@cache
def catalogued(name: str) -> tuple[Policy, Product]:
    """Return a policy of the catalogue and its product."""
    shelf = Shelf.of(CATALOGUE)
    policy = check(read_yaml(CATALOGUE / "policies" / f"{name}.yaml"), shelf)
    return policy, shelf.products[policy.product]


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database(memory="500MB", threads=2) as opened:
        yield opened


@pytest.fixture
def answers(db: duckdb.DuckDBPyConnection) -> Answers:
    """Reads what a table of answers says, in the order of the rows."""

    def read(table: str, ran: Ran) -> list[Answered]:
        found = db.execute(f"""
            SELECT {table}.*, CASE WHEN has_score_reasons THEN score_reasons ELSE [] END AS given
            FROM {table} JOIN application USING (row_id) ORDER BY row_id
        """)
        names = [column[0] for column in found.description]
        rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return [ran.answered(row, row["given"]) for row in rows]

    return read


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are started import the project from here, wherever the tests run."""
    path = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROJECT), *([path] if path else [])]))
