"""A million applications by one query, against an engine that takes them one by one."""

import json
import statistics
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import duckdb

from services.backtests.stored import restore
from services.decision.domain.policy.sql import CompiledPolicy, compile_policy
from shared.facts import SoundFacts
from tests.bench.backtest import population
from tests.bench.policy import ours, workload, zen_model
from tests.bench.report import Level

ROWS: Final = 1_000_000
ZEN_ROWS: Final = 3_000
ROUNDS: Final = 7
SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000)
THREADS: Final = 2
PAGE: Final = 20_000
AS_OF: Final = datetime(2026, 11, 22, tzinfo=UTC)


def applications(folder: Path, rows: int) -> Path:
    """Return a Parquet file of that many applications, made once."""
    path = folder / f"applications-{rows}.parquet"
    if not path.exists():
        population.write(path, workload.product(), workload.spread(), rows)
    return path


def compiled() -> CompiledPolicy:
    """Return the benchmark's policy as a query, as the decision service would apply it."""
    return compile_policy(ours.policy(), as_decided=True)


def measure(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Time both engines in turn and hold every answer against the online engine."""
    path, query = applications(folder, ROWS), compiled()
    facts = [workload.plain(one) for one in workload.applications(ZEN_ROWS)]
    engines = {form: zen_model.engine(form) for form in ("columns", "expressions")}
    requests = [{"key": zen_model.KEY, "context": one} for one in facts]
    answers = folder / "answers.parquet"
    ratios, ours_micros, zen_micros = [], [], []
    with duckdb.connect() as db:
        db.execute(f"SET threads = {THREADS}")
        db.execute("SET enable_progress_bar = false")
        db.execute(f"CREATE TABLE applications AS FROM '{path}'")
        for _ in range(ROUNDS):
            zen = min(_micros(lambda e=engine: e.evaluate_batch(requests), ZEN_ROWS) for engine in engines.values())
            text = f"CREATE OR REPLACE TABLE answers AS {query.query('applications', sound=True)}"
            own = _micros(lambda t=text: db.execute(t), ROWS)
            ratios.append(zen / own)
            ours_micros.append(own)
            zen_micros.append(zen)
        db.execute(f"COPY answers TO '{answers}' (FORMAT parquet)")
    equal = agreeing(path, answers)
    if equal != ROWS:
        raise SystemExit(f"{ROWS - equal} of {ROWS} answers differ from the online engine's")
    own, zen = statistics.median(ours_micros), statistics.median(zen_micros)
    figures: dict[str, object] = {
        "DuckDB, us per row": own,
        "DuckDB, rows per second": 1_000_000 / own,
        "zen-engine evaluate_batch, us per row": zen,
        "rows whose answer, reasons, terms, rules and definitions equal the online engine's": equal,
    }
    level = Level("zen-engine's evaluate_batch / DuckDB, cost per row", statistics.median(ratios), at_least=100)
    return [level], figures


def _micros(run: Any, rows: int) -> float:
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) / rows * 1e6


def agreeing(asked: Path, answers: Path) -> int:
    """Return how many rows have exactly the result of the online engine, asked of all on all cores."""
    pages = range(0, ROWS, PAGE)
    with ProcessPoolExecutor(THREADS, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_agreeing, [asked] * len(pages), [answers] * len(pages), pages))


def _agreeing(asked: Path, answers: Path, first: int) -> int:
    policy, query, dictionary, found = ours.policy(), compiled(), workload.product().dictionary, 0
    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        db.execute("SET enable_progress_bar = false")
        for row in _rows(db, asked, answers, first):
            stored = {name: restore(fact, row[name]) for name, fact in dictionary.facts.items()}
            facts = SoundFacts({name: value for name, value in stored.items() if value is not None}, dictionary)
            result = policy.decide(facts, (), AS_OF)
            found += result == query.decode(row, ())
    return found


def _rows(db: duckdb.DuckDBPyConnection, asked: Path, answers: Path, first: int) -> Iterator[Mapping[str, Any]]:
    page = f"row_id BETWEEN {first} AND {first + PAGE - 1}"
    read = db.execute(
        f"SELECT * FROM (FROM read_parquet('{asked}') WHERE {page}) "
        f"JOIN (FROM read_parquet('{answers}') WHERE {page}) USING (row_id)"
    )
    names = [column[0] for column in read.description or ()]
    while batch := read.fetchmany(2_000):
        yield from (dict(zip(names, row, strict=True)) for row in batch)


def measure_sizes(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Time the query from Parquet to Parquet on one core: what a row costs must not depend on how many there are.

    DuckDB tells what it took to run a query; the rest, mostly planning it, does not depend on the rows.
    """
    spent = {size: _spent(folder, size) for size in SIZES}
    micros = {size: run / size * 1e6 for size, (_, run) in spent.items()}
    planning = statistics.median(plan for plan, _ in spent.values())
    figures: dict[str, object] = {"one core, from Parquet, planning, ms": planning * 1000}
    figures |= {f"one core, from Parquet, {size:,} rows: us per row": value for size, value in micros.items()}
    figures |= {
        f"one core, from Parquet, {size:,} rows: us per row with planning": (plan + run) / size * 1e6
        for size, (plan, run) in spent.items()
    }
    worst = max(micros.values()) / min(micros.values())
    return [Level("cost per row, 10^4 to 10^7 rows, dearest / cheapest", worst, at_most=1.5)], figures


def _spent(folder: Path, size: int) -> tuple[float, float]:
    """Return the seconds that planning took, and running; medians of several rounds."""
    answers, profile = folder / "sizes.parquet", folder / "profile.json"
    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        db.execute("SET enable_progress_bar = false")
        db.execute("SET memory_limit = '2GB'")
        text = compiled().query(f"read_parquet('{applications(folder, size)}')", sound=True)
        timed = []
        for _ in range(max(1, min(15, 3_000_000 // size))):
            db.execute("SET enable_profiling = 'json'")
            db.execute(f"SET profiling_output = '{profile}'")
            begun = time.perf_counter()
            db.execute(f"COPY ({text}) TO '{answers}' (FORMAT parquet)")
            whole = time.perf_counter() - begun
            db.execute("SET enable_profiling = 'no_output'")
            run = json.loads(profile.read_text())["query"]["cpu_time"]
            timed.append((whole - run, run))
    answers.unlink()
    plans, runs = zip(*timed, strict=True)
    return statistics.median(plans), statistics.median(runs)
