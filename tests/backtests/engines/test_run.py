"""Engines: whichever runs a policy, each application gets the answer that the decision service would give."""

import dataclasses
import os
import signal
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from services.backtests.engines import Answered, Cancelled, Engine, SparkUnavailable, open_database, run
from services.backtests.inputs import read_file
from services.decision.domain.policy import load_policy
from services.policies.check import Shelf
from tests.backtests.engines.conftest import CATALOGUE, Answers, catalogued
from tests.backtests.engines.population import write_csv

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

POLICIES = ("consumer-loan", "sme-loan", "trade-credit")


def _receive(db: duckdb.DuckDBPyConnection, folder: Path, name: str, rows: int) -> None:
    policy, product = catalogued(name)
    path = folder / "applications.csv"
    write_csv(path, product, policy.document, rows)
    read_file(db, path, product, money="minor")


def _multiply(db: duckdb.DuckDBPyConnection, times: int) -> None:
    """Make `many` of the applications, each as often as that."""
    columns = "application.* REPLACE (row_number() OVER () AS row_id)"
    db.execute(f"CREATE TABLE many AS SELECT {columns} FROM application, range({times})")


def _comparable(answered: Answered) -> Answered:
    """Return an answer with numbers for decimals: a share of nothing is written -0.0000 by one, 0.0000 by another."""
    definitions = {
        name: Decimal(value) if isinstance(value, str) and value.removeprefix("-").replace(".", "").isdigit() else value
        for name, value in answered.definitions.items()
    }
    return dataclasses.replace(answered, definitions=definitions)


@pytest.mark.parametrize("name", POLICIES)
def test_a_query_answers_what_the_online_engine_answers(
    db: duckdb.DuckDBPyConnection, answers: Answers, tmp_path: Path, name: str
) -> None:
    policy, product = catalogued(name)
    _receive(db, tmp_path, name, 2_500)

    by_query = run(db, "application", {"live": policy}, product, Engine.DUCKDB)["live"]
    by_rows = run(db, "application", {"candidate": policy}, product, Engine.ROWS, workers=2)["candidate"]

    assert (by_query.engine, by_rows.engine, by_query.engine_reason) == (Engine.DUCKDB, Engine.ROWS, "")
    queried, one_by_one = answers("live", by_query), answers("candidate", by_rows)
    assert len(queried) == 2_500
    assert list(map(_comparable, queried)) == list(map(_comparable, one_by_one))
    assert {"approve", "counter_offer", "refer", "decline"} <= {each.outcome for each in queried}


def test_spark_answers_what_duckdb_answers(
    db: duckdb.DuckDBPyConnection, answers: Answers, tmp_path: Path, spark_session: "SparkSession"
) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 2_000)

    here = run(db, "application", {"live": policy}, product, Engine.DUCKDB)["live"]
    there = run(db, "application", {"candidate": policy}, product, Engine.SPARK)["candidate"]

    assert there.engine is Engine.SPARK
    assert answers("candidate", there) == answers("live", here)


def test_a_policy_that_sql_cannot_say_runs_row_by_row_and_says_so(
    db: duckdb.DuckDBPyConnection, answers: Answers, tmp_path: Path
) -> None:
    policy, product = catalogued("consumer-loan")
    document: dict[str, Any] = {**policy.document, "cases": []}
    document["definitions"] = {
        **document.get("definitions", {}),
        "odd_term": {"type": "boolean", "value": "some part in [3, 5, 7] satisfies modulo(duration_months, part) = 0"},
    }
    conditions = dict(document["conditions"])
    first = conditions["rows"][0]
    conditions["rows"] = [*conditions["rows"], {**first, "when": {"odd_term": "true"}}]
    document["conditions"] = conditions
    exotic = load_policy(document, product, Shelf.of(CATALOGUE).reasons)
    _receive(db, tmp_path, "consumer-loan", 300)

    ran = run(db, "application", {"live": policy, "candidate": exotic}, product, workers=2)

    assert (ran["live"].engine, ran["candidate"].engine) == (Engine.DUCKDB, Engine.ROWS)
    assert ran["candidate"].engine_reason.startswith(
        "row by row, because the policy cannot be said in SQL: /definitions"
    )
    assert len(answers("candidate", ran["candidate"])) == 300


def test_answers_stand_in_the_order_of_the_applications(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 300)
    _multiply(db, 1000)

    run(db, "many", {"live": policy}, product)

    ((rows, misplaced),) = db.execute("SELECT count(*), count(*) FILTER (row_id <> rowid + 1) FROM live").fetchall()
    assert (rows, misplaced) == (300_000, 0)


def test_progress_is_told_up_to_the_last_row(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 200)
    told: list[tuple[str, int, int | None]] = []

    for engine in (Engine.DUCKDB, Engine.ROWS):
        run(db, "application", {"live": policy}, product, engine, lambda *step: told.append(step), workers=1)

    assert [step for step in told if step[1] == step[2]] == [("live", 200, 200)] * 2


@pytest.mark.parametrize("engine", [Engine.DUCKDB, Engine.ROWS])
def test_a_run_stops_when_it_is_asked_to(db: duckdb.DuckDBPyConnection, tmp_path: Path, engine: Engine) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 300)
    _multiply(db, 1000)
    stop = threading.Event()

    with pytest.raises(Cancelled):
        run(db, "many", {"live": policy}, product, engine, lambda *_: stop.set(), stop.is_set, workers=2)

    assert db.execute("SELECT count(*) < 300000 FROM live").fetchall() == [(True,)]


def test_a_helper_that_is_killed_fails_the_run_and_does_not_hang_it(
    db: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 300)
    _multiply(db, 200)

    def kill_a_helper(*_step: object) -> None:
        for child in Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)

    with pytest.raises(Exception, match="terminated abruptly"):
        run(db, "many", {"live": policy}, product, Engine.ROWS, kill_a_helper, workers=2)


def test_an_empty_table_has_no_answers(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 10)
    db.execute("CREATE TABLE none AS FROM application WHERE FALSE")

    for engine in (Engine.DUCKDB, Engine.ROWS):
        run(db, "none", {"live": policy}, product, engine)
        assert db.execute("SELECT count(*) FROM live").fetchall() == [(0,)]


def test_a_memory_that_is_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="is no size"), open_database(memory="plenty"):
        pass


def test_a_machine_without_spark_says_so(
    db: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, product = catalogued("consumer-loan")
    _receive(db, tmp_path, "consumer-loan", 10)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)

    with pytest.raises(SparkUnavailable, match="Spark is not installed"):
        run(db, "application", {"live": policy}, product, Engine.SPARK)
