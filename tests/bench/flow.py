"""`make bench-flow`: decisions against bare FastAPI, and the event flow on both buses. Ratios from one run.

(a) `POST /v1/decisions` (scored over HTTP, decided with a full trace, stored with its outbox row in a durable commit)
against a bare FastAPI endpoint with the same models and no database, and against the same endpoint with one INSERT.
All three are asked in turn, round by round, by the same generator over the same number of connections; a ratio is
taken within a round and the median of the rounds is reported.

(b) Applications through all four services: sustained rate with a bounded number under way, then latency from
submission to decision at half that rate, arriving on a fixed schedule.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import uvloop
from rich.console import Console

from services.catalogue import Addresses, Keys, load_catalogue
from services.embedded import processes
from services.embedded.platform import Platform, free_ports
from services.migrate import PROJECT
from shared.settings import BusKind
from tests.bench.load import Run, closed_loop, open_loop, percentile, request
from tests.bench.report import Level, report

CONNECTIONS = 256
FEW_CONNECTIONS = 64
ROUNDS = 7
FEW_ROUNDS = 3
SECONDS = 3.0
console = Console(highlight=False)


def applicants(seed: int) -> Iterator[dict[str, object]]:
    """Yield plausible consumer-loan facts for ever, the same for the same seed."""
    chance = random.Random(seed)
    while True:
        yield {
            "duration_months": chance.randint(6, 48),
            "purpose": chance.choice(["car (new)", "radio/television", "furniture/equipment", "education"]),
            "checking_status": chance.choice(["<0 DM", "0<=..<200 DM", "no checking account"]),
            "savings_status": chance.choice(["<100 DM", "100<=..<500 DM", ">=1000 DM"]),
            "credit_history": chance.choice(
                ["existing credits paid back duly till now", "critical account / other credits elsewhere"]
            ),
            "employment_since": chance.choice(["<1 year", "1<=..<4 years", ">=7 years"]),
            "installment_rate_pct_of_income": chance.randint(1, 4),
            "other_debtors": "none",
            "residence_since": chance.randint(1, 4),
            "property": chance.choice(["real estate", "car or other", "unknown / no property"]),
            "other_installment_plans": "none",
            "housing": chance.choice(["own", "rent"]),
            "existing_credits": chance.randint(1, 3),
            "job": "skilled employee/official",
            "people_liable": 1,
            "telephone": "none",
        }


def requests_for(path: str, key: str, body: dict[str, object]) -> Iterator[bytes]:
    """Yield POSTs with fresh idempotency keys and varied facts."""
    run = random.randrange(10**9)
    varied = [facts for facts, _ in zip(applicants(7), range(200), strict=False)]
    for number in itertools.count():
        filled = {
            **body,
            "requested": {"amount_minor": 100_00 * (5 + number % 60), "currency": "DEM"},
            "facts": varied[number % 200],
        }
        text = json.dumps(filled).replace("PARTY", f"p{run}-{number}")
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"{run}-{number}"}
        yield request(path, text.encode(), headers)


@contextmanager
def platform(bus: BusKind, names: tuple[str, ...] | None = None) -> Iterator[Platform]:
    """Run a platform with an empty state, or only the named processes of one."""
    home = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    home.chmod(0o755)
    ports = free_ports()
    found = Platform(home, bus=bus, ports=ports)
    found.start()
    try:
        addresses = Addresses(found.url("intake"), found.url("scoring"), found.url("decision"))
        load_catalogue(
            PROJECT / "deploy" / "catalogue",
            addresses,
            Keys(found.credentials.api_keys["policy-author"], found.credentials.api_keys["policy-approver"]),
            lambda _words: None,
        )
        if names is not None:
            found.keep_only(names)
        yield found
    finally:
        found.stop()
        shutil.rmtree(home, ignore_errors=True)


def bench_decisions() -> tuple[list[Level], dict[str, object]]:
    """Measure part (a). Only the processes that serve the request run: decision's and scoring's API."""
    with platform(BusKind.EMBEDDED, ("decision/api", "scoring/api")) as found, opponent(found) as opponent_port:
        runs = uvloop.run(_decision_rounds(found, opponent_port, CONNECTIONS, ROUNDS))
        few = uvloop.run(_decision_rounds(found, opponent_port, FEW_CONNECTIONS, FEW_ROUNDS))
    rate = {name: statistics.median(run.per_second for run in each) for name, each in runs.items()}
    ratio = {name: _ratio(runs, name) for name in ("bare", "insert")}
    figures: dict[str, object] = {"connections": CONNECTIONS}
    figures |= {f"{name}: requests per second": value for name, value in rate.items()}
    figures |= {
        f"{name}: p50 / p99 ms": f"{statistics.median(r.percentile(0.5) for r in each):.1f} / "
        f"{statistics.median(r.percentile(0.99) for r in each):.1f}"
        for name, each in runs.items()
    }
    figures["ours / one INSERT"] = ratio["insert"]
    figures[f"ours / bare at {FEW_CONNECTIONS} connections"] = _ratio(few, "bare")
    figures[f"ours / one INSERT at {FEW_CONNECTIONS} connections"] = _ratio(few, "insert")
    return [Level("POST /v1/decisions / bare FastAPI, requests per second", ratio["bare"], at_least=0.5)], figures


def _ratio(runs: dict[str, list[Run]], name: str) -> float:
    """Return the median over the rounds of our rate against that of an opponent."""
    return statistics.median(a.per_second / b.per_second for a, b in zip(runs["ours"], runs[name], strict=True))


async def _decision_rounds(found: Platform, opponent_port: int, connections: int, rounds: int) -> dict[str, list[Run]]:
    key = found.credentials.api_keys["los"]
    body: dict[str, object] = {"product": "consumer-loan", "party_id": "PARTY"}
    ours_port = found.ports.processes["decision/api"]
    targets = {
        "bare": (opponent_port, requests_for("/bare", key, body)),
        "insert": (opponent_port, requests_for("/insert", key, body)),
        "ours": (ours_port, requests_for("/v1/decisions", key, body)),
    }
    runs: dict[str, list[Run]] = {name: [] for name in targets}
    for number in range(rounds + 1):
        for name, (port, made) in targets.items():
            run = await closed_loop(port, connections, SECONDS if number else 1.0, made.__next__)
            if set(run.statuses) != {201}:
                raise SystemExit(f"{name} answered {run.statuses}")
            if number:
                runs[name].append(run)
        console.print(f"  {connections} connections, round {number} of {rounds}" if number else "  warmed up")
    return runs


@contextmanager
def opponent(found: Platform) -> Iterator[int]:
    """Run the opponents beside the platform's PostgreSQL."""
    asyncio.run(_opponent_table(found.admin_url))
    port = processes.free_port()
    environment = {**os.environ, "OPPONENT_PORT": str(port), "OPPONENT_DATABASE_URL": found.admin_url}
    environment["PYTHONPATH"] = str(PROJECT)
    child = processes.start(
        [sys.executable, "-m", "tests.bench.opponent"], log=found.state / "opponent.log", environment=environment
    )
    try:
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/openapi.json")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield port
    finally:
        processes.stop(child, signal.SIGTERM)


async def _opponent_table(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE TABLE opponent_decision (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, party_id text, "
        "product text, body json, created_at timestamptz DEFAULT now())"
    )
    await connection.close()


def bench_events(bus: BusKind) -> tuple[list[Level], dict[str, object]]:
    """Measure part (b) on one bus."""
    with platform(bus) as found:
        key = found.credentials.api_keys["los"]
        body: dict[str, object] = {
            "product": "consumer-loan",
            "party": {"external_ref": "PARTY", "kind": "person"},
        }
        port = found.ports.processes["intake/api"]
        made = requests_for("/v1/applications", key, body)
        uvloop.run(_flow(found, lambda: closed_loop(port, 32, 2.0, made.__next__)))
        sustained = uvloop.run(_flow(found, lambda: closed_loop(port, 32, 10.0, made.__next__)))
        rate = sustained["per_second"] / 2
        half = uvloop.run(_flow(found, lambda: open_loop(port, 64, rate, 15.0, made.__next__)))
    figures: dict[str, object] = {
        f"{bus}: applications per second, sustained": sustained["per_second"],
        f"{bus}: applications per second, half load": half["per_second"],
        f"{bus}: submit to decision at half load, p50 ms": half["p50"],
        f"{bus}: submit to decision at half load, p99 ms": half["p99"],
    }
    return [Level(f"{bus}: submit to decision at half load, p99 ms", half["p99"], at_most=250.0)], figures


async def _flow(found: Platform, load: Callable[[], Awaitable[Run]]) -> dict[str, float]:
    """Send a load and wait until everything acknowledged is decided; rates count to the last decision."""
    connection = await asyncpg.connect(found.admin_url)
    try:
        since = await connection.fetchval("SELECT clock_timestamp()")
        run = await load()
        if set(run.statuses) != {202}:
            raise SystemExit(f"intake answered {run.statuses}")
        submitted = len(run.latencies)
        deadline = time.monotonic() + 120
        while True:
            rows = await connection.fetch(
                "SELECT submitted_at, decided_at FROM decision.decision WHERE submitted_at >= $1", since
            )
            if len(rows) >= submitted:
                break
            if time.monotonic() > deadline:
                raise SystemExit(f"{submitted - len(rows)} of {submitted} applications were not decided")
            await asyncio.sleep(0.2)
    finally:
        await connection.close()
    waited = [(row["decided_at"] - row["submitted_at"]).total_seconds() for row in rows]
    lasted = (max(row["decided_at"] for row in rows) - min(row["submitted_at"] for row in rows)).total_seconds()
    return {
        "per_second": submitted / lasted,
        "p50": percentile(waited, 0.5) * 1000,
        "p99": percentile(waited, 0.99) * 1000,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write levels and figures to this file")
    parser.add_argument("--only", choices=["decisions", "embedded", "kafka"])
    arguments = parser.parse_args()
    levels: list[Level] = []
    figures: dict[str, object] = {}
    parts = {
        "decisions": bench_decisions,
        "embedded": lambda: bench_events(BusKind.EMBEDDED),
        "kafka": lambda: bench_events(BusKind.KAFKA),
    }
    for name, measure in parts.items():
        if arguments.only in (None, name):
            console.print(f"measuring {name}")
            new_levels, new_figures = measure()
            levels += new_levels
            figures |= new_figures
    report("bench-flow", levels, figures, arguments.json)


if __name__ == "__main__":
    main()
