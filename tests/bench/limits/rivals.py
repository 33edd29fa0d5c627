"""Reservations against pgbench, round by round, and their latency at half of the rate that was sustained."""

import asyncio
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvloop

from services.embedded.platform import Platform
from shared.server import settle_garbage_collector
from tests.bench.limits import pgbench, service
from tests.bench.limits.trees import HOT, Trees, plant
from tests.bench.load import Run, closed_loop, open_loop, percentile
from tests.bench.report import Level

ROUNDS: Final = 5
SECONDS: Final = 4.0
HALF_SECONDS: Final = 20.0
ACCOUNTS: Final = 10_000
_THEIRS, _ONE, _HTTP, _HANDLERS = "pgbench", "pgbench in one statement", "over HTTP", "handlers in process"


def measure_hot(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Measure everything on one account."""
    return _measure(folder, "hot", Trees(1, HOT), 1, {_HTTP: 3.0, _HANDLERS: 6.0})


def measure_uniform(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Measure everything on 10,000 accounts."""
    return _measure(folder, "uniform", Trees(ACCOUNTS), ACCOUNTS, {_HTTP: 0.5, _HANDLERS: 1.0})


def _measure(
    folder: Path, name: str, trees: Trees, accounts: int, bounds: dict[str, float]
) -> tuple[list[Level], dict[str, object]]:
    settle_garbage_collector()
    with service.running() as found:
        asyncio.run(pgbench.prepare(found.admin_url))
        asyncio.run(plant(found.admin_url, trees))
        made = service.requests(found.credentials.api_keys["crm"], trees.draws(1))
        rates: dict[str, list[float]] = {_THEIRS: [], _ONE: [], _HTTP: [], _HANDLERS: []}
        for number in range(ROUNDS + 1):
            seconds = SECONDS if number else 1.0
            theirs, one = (
                pgbench.rate(found.admin_url, folder, form, accounts, seconds)
                for form in (pgbench.TRANSACTION, pgbench.STATEMENT)
            )
            http = _over_http(found, seconds, made)
            handlers = uvloop.run(service.in_process(found.schema("limits").app_url, trees.draws(2), seconds))
            for each, run in ((_HTTP, http), (_HANDLERS, handlers)):
                _require_created(each, run)
            if number:
                of_round = (theirs, one, http.per_second, handlers.per_second)
                for each, rate in zip(rates, of_round, strict=True):
                    rates[each].append(rate)
        sustained = statistics.median(rates[_HTTP])
        half = uvloop.run(open_loop(_port(found), service.CALLERS, sustained / 2, HALF_SECONDS, made.__next__))
        _require_created(_HTTP, half)
    figures: dict[str, object] = {f"{name}: {each}, per second": statistics.median(of) for each, of in rates.items()}
    p50, p99 = (percentile(half.latencies, share) * 1000 for share in (0.5, 0.99))
    typical = statistics.median(half.percentiles_by_second(0.99))
    figures[f"{name}: half load, per second"] = half.per_second
    figures[f"{name}: half load, p50 / p99 / p99 of a typical second, ms"] = f"{p50:.1f} / {p99:.1f} / {typical:.1f}"
    levels = [Level(f"{name}: {each} / pgbench", _ratio(rates, each), at_least=least) for each, least in bounds.items()]
    levels.append(Level(f"{name}: p99 over HTTP at half load, ms", p99, at_most=25.0))
    return levels, figures


def _over_http(found: Platform, seconds: float, made: Iterator[bytes]) -> Run:
    return uvloop.run(closed_loop(_port(found), service.CALLERS, seconds, made.__next__))


def _port(found: Platform) -> int:
    return found.ports.processes["limits/api"]


def _require_created(name: str, run: Run) -> None:
    if set(run.statuses) != {201}:
        raise SystemExit(f"{name} answered {run.statuses}")


def _ratio(rates: dict[str, list[float]], name: str) -> float:
    """Return the median over the rounds of a rate of ours against the opponent's."""
    return statistics.median(ours / theirs for ours, theirs in zip(rates[name], rates[_THEIRS], strict=True))
