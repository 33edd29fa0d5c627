"""A million rows by one query, against optbinning with the same scorecard over the same rows."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import duckdb

from services.backtests.stored import restore
from services.scorecards.batch.answers import Layout
from services.scorecards.batch.bits import scorecard_query
from services.scoring.domain.scorecard import load_scorecard
from tests.bench.report import Level
from tests.bench.scoring import opponent, population

ROWS: Final = 1_000_000
ROUNDS: Final = 9
REPEATS: Final = 5
"""How often our side runs in a round: so both take about as long, and a busy moment hits both alike."""
THREADS: Final = 2
PAGE: Final = 20_000


def measure(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Time both in turn, each first every other time, and hold every answer against the online code."""
    asked, answers = folder / "rows.parquet", folder / "scores.parquet"
    population.write(asked, ROWS)
    pair = opponent.pair(folder)
    theirs = opponent.frame(asked)[list(population.COLUMNS)]
    layout = Layout(pair.ours, ("id",))
    with duckdb.connect(str(folder / "rows.duckdb")) as db:
        db.execute(f"SET threads = {THREADS}")
        db.execute("SET enable_progress_bar = false")
        db.execute(f"CREATE TABLE asked AS SELECT id AS carry_0, * EXCLUDE (bad) FROM '{asked}'")
        # Read once: what is timed reads pages that are in memory.
        db.execute("FROM asked").fetchmany(1)
        query = f"CREATE OR REPLACE TEMP TABLE scores AS {scorecard_query(layout, 'asked')}"

        def by_us() -> None:
            db.execute(query)

        def by_them() -> None:
            pair.theirs.score(theirs)

        wall, cpu = _rounds(by_us, by_them)
        db.execute(f"COPY scores TO '{answers}' (FORMAT parquet)")
        given = [score for (score,) in db.execute("SELECT score FROM scores ORDER BY id").fetchall()]
    same = sum(one == other for one, other in zip(given, pair.theirs.score(theirs).tolist(), strict=True))
    equal = agreeing(asked, answers, pair.document)
    if equal != ROWS:
        raise SystemExit(f"{ROWS - equal} of {ROWS} answers differ from the online code's")
    figures: dict[str, object] = {
        "characteristics, bins": f"{len(pair.ours.characteristics)}, "
        f"{sum(len(each.bins) for each in pair.ours.characteristics)}",
        "DuckDB, score, PD and 4 reasons with shortfalls, us per row": statistics.median(wall[0]),
        "optbinning's Scorecard.score, score alone, us per row": statistics.median(wall[1]),
        "the same in time of one core: DuckDB, us per row": statistics.median(cpu[0]),
        "the same in time of one core: optbinning, us per row": statistics.median(cpu[1]),
        "optbinning / DuckDB, time of one core": statistics.median(_ratios(cpu)),
        "optbinning / DuckDB, from round to round": ", ".join(f"{each:.1f}" for each in _ratios(wall)),
        "rows whose score, PD and reasons equal the online code's": equal,
        "rows whose score equals optbinning's": same,
    }
    name = "optbinning's Scorecard.score / DuckDB, cost per row of a million"
    return [Level(name, statistics.median(_ratios(wall)), at_least=10)], figures


Times = tuple[list[float], list[float]]
"""Microseconds a row, ours and theirs, round by round."""


def _rounds(by_us: Callable[[], None], by_them: Callable[[], None]) -> tuple[Times, Times]:
    wall: Times = ([], [])
    cpu: Times = ([], [])
    for each in range(ROUNDS + 1):
        order = [(0, by_us, REPEATS), (1, by_them, 1)]
        for who, run, repeats in order if each % 2 else reversed(order):
            begun, spent = time.perf_counter(), time.process_time()
            for _ in range(repeats):
                run()
            # What comes first warms up whatever there is to warm, for both.
            if each:
                wall[who].append((time.perf_counter() - begun) / repeats / ROWS * 1e6)
                cpu[who].append((time.process_time() - spent) / repeats / ROWS * 1e6)
    return wall, cpu


def _ratios(times: Times) -> list[float]:
    return [theirs / ours for ours, theirs in zip(*times, strict=True)]


def agreeing(asked: Path, answers: Path, document: dict[str, Any]) -> int:
    """Return how many rows have exactly the answer of the online code, asked of all on all cores."""
    pages = range(0, ROWS, PAGE)
    count = len(pages)
    with ProcessPoolExecutor(THREADS, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_agreeing, [asked] * count, [answers] * count, [document] * count, pages))


def _agreeing(asked: Path, answers: Path, document: dict[str, Any], first: int) -> int:
    product = population.product()
    scorecard = load_scorecard(document, product)
    facts = [product.dictionary.facts[name] for name in scorecard.reads]
    page, found = f"id BETWEEN {first} AND {first + PAGE - 1}", 0
    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        db.execute("SET enable_progress_bar = false")
        columns = ", ".join(f'"{fact.name}"' for fact in facts)
        rows = db.execute(f"SELECT {columns} FROM read_parquet('{asked}') WHERE {page} ORDER BY id").fetchall()
        said = db.execute(f"SELECT * EXCLUDE (id) FROM read_parquet('{answers}') WHERE {page} ORDER BY id").fetchall()
    for row, answer in zip(rows, said, strict=True):
        values = {fact.name: restore(fact, each) for fact, each in zip(facts, row, strict=True)}
        score = scorecard.score({name: value for name, value in values.items() if value is not None})
        reasons = [(each.code, Decimal(each.shortfall_millipoints) / 1000) for each in score.reasons]
        expected = [score.score, score.pd, *(part for reason in reasons for part in reason)]
        found += expected + [None] * (len(answer) - len(expected)) == list(answer)
    return found
