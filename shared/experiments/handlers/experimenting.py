"""Experiments: they follow the life cycle of challengers, count what the arms answer, and stop what must stop.

Whoever wants a challenger says so in the life cycle of its version. This loop, in the worker, gives it the buckets of
its parties and takes them back, so that one place alone divides a product; every process reads the result.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal
from shared.experiments.domain.experiment import Experiment
from shared.experiments.domain.position import made_at
from shared.experiments.domain.split import Split, split_of
from shared.experiments.domain.stopping import Breach
from shared.experiments.journal import Journal
from shared.experiments.metrics import EXPERIMENTS_STOPPED
from shared.experiments.store import experiments, progress
from shared.experiments.store.progress import Page
from shared.governance import store as versions
from shared.governance.domain import Given, State, Version
from shared.governance.governed import Governance
from shared.governance.handlers import releasing
from shared.ids import new_id

log = structlog.get_logger()

ACTOR: Final = "stop-rules"
"""Who stops a challenger, in its log, when a rule does."""

LINGER: Final = timedelta(seconds=5)
"""How long a process may go on with a challenger that has ended."""

_LOOK_SECONDS: Final = 1.0
_PAGE_SIZE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Counting:
    """How a service counts what the arms of its experiments answered.

    `add` adds the answers of a page to the figures of an experiment; `broken` returns the stop rules that its
    challenger breaks by those figures.
    """

    journal: Journal
    add: Callable[[Transaction, Experiment, Page], Awaitable[None]]
    broken: Callable[[Transaction, Experiment], Awaitable[list[Breach]]]


async def run_experiments(
    db: Database, governance: Governance, counting: Counting, clock_skew: timedelta = progress.CLOCK_SKEW
) -> None:
    """Look after experiments for good, once a second; an error that passes is logged."""
    while True:
        try:
            await look_after(db, governance, counting, clock_skew)
        except Refusal as refusal:
            log.warning("experiments_interrupted", code=refusal.code)
        await asyncio.sleep(_LOOK_SECONDS)


async def look_after(db: Database, governance: Governance, counting: Counting, clock_skew: timedelta) -> None:
    """Divide the parties as the life cycle says, count what was answered since, and stop what breaks its rules."""
    await divide(db, counting.journal)
    async with db.transaction() as tx:
        uncounted = await experiments.uncounted(tx)
    for experiment_id in uncounted:
        counted = await _count(db, counting, experiment_id, clock_skew)
        if counted is not None and counted.broken:
            await _stop(db, governance, counting.journal, counted.experiment, counted.broken)


async def divide(db: Database, journal: Journal) -> None:
    """Begin, change and end experiments as the versions are challengers, under the lock that keeps versions still."""
    async with db.transaction() as tx:
        if not await _differing(tx, journal):
            return
    async with db.transaction() as tx:
        now = await versions.lock_releases(tx)
        for product, wanted in (await _differing(tx, journal)).items():
            running = [entry for entry in await experiments.all_running(tx) if entry.product == product]
            await _divide(tx, journal, running, wanted, now)


async def _differing(tx: Transaction, journal: Journal) -> Mapping[str, Mapping[str, Version]]:
    """Return the challengers (by test) of each product whose experiments are not in step with them."""
    wanted: dict[str, dict[str, Version]] = {}
    for version in await versions.in_states(tx, [journal.kind], [State.CHALLENGER]):
        if version.trial is not None:
            wanted.setdefault(version.name, {})[version.trial.test] = version
    running: dict[str, set[tuple[str, Any]]] = {}
    for entry in await experiments.all_running(tx):
        running.setdefault(entry.product, set()).add((entry.version_id, entry.trial))
    asked = {
        product: {(version.version_id, version.trial) for version in by_test.values()}
        for product, by_test in wanted.items()
    }
    return {
        product: wanted.get(product, {})
        for product in sorted(asked.keys() | running.keys())
        if asked.get(product) != running.get(product)
    }


async def _divide(
    tx: Transaction,
    journal: Journal,
    running: Sequence[Experiment],
    wanted: Mapping[str, Version],
    now: datetime,
) -> None:
    kept: dict[str, Experiment] = {}
    for entry in running:
        version = wanted.get(entry.trial.test)
        if version is not None and version.version_id == entry.version_id:
            kept[entry.trial.test] = entry
        else:
            await _end(tx, journal, entry, now)
    before = split_of({test: entry.ranges for test, entry in kept.items()})
    after = before.divided({test: v.trial.share_bp for test, v in wanted.items() if v.trial is not None})
    for test, version in wanted.items():
        await _assign(tx, journal, kept.get(test), version, after, now)


async def _assign(
    tx: Transaction, journal: Journal, running: Experiment | None, version: Version, split: Split, now: datetime
) -> None:
    assert version.trial is not None
    ranges = tuple(split.ranges(version.trial.test))
    if running is not None:
        await experiments.change(tx, replace(running, trial=version.trial, ranges=ranges))
        return
    new = Experiment(
        experiment_id=new_id("exp"),
        product=version.name,
        version_id=version.version_id,
        trial=version.trial,
        ranges=ranges,
        started_at=now,
        position=journal.position_at(now),
    )
    await experiments.begin(tx, new)


async def _end(
    tx: Transaction, journal: Journal, experiment: Experiment, now: datetime, broken: Sequence[Breach] = ()
) -> None:
    await experiments.end(tx, experiment.experiment_id, now, journal.position_at(now + LINGER), broken)


@dataclass(frozen=True, slots=True)
class _Counted:
    """An experiment after its answers were counted, and the stop rules that its challenger breaks by now."""

    experiment: Experiment
    broken: Sequence[Breach]


async def _count(db: Database, counting: Counting, experiment_id: str, clock_skew: timedelta) -> _Counted | None:
    """Count the answers given since the last look; return None while another process does."""
    while True:
        async with db.transaction() as tx:
            await progress.commit_lazily(tx)
            experiment = await experiments.claim(tx, experiment_id)
            if experiment is None:
                return None
            until = await progress.horizon(tx, clock_skew)
            if experiment.count_until is not None:
                until = min(until, made_at(experiment.count_until))
            page = await progress.next_page(tx, counting.journal, experiment.position, until, _PAGE_SIZE)
            await counting.add(tx, experiment, page)
            await experiments.advance(tx, experiment_id, page.position)
            if page.is_last:
                broken = [] if experiment.ended_at is not None else await counting.broken(tx, experiment)
                return _Counted(experiment, broken)


async def _stop(
    db: Database, governance: Governance, journal: Journal, experiment: Experiment, broken: Sequence[Breach]
) -> None:
    """End the challenge in the life cycle, with the figures in its log, and keep why with the experiment."""
    async with db.transaction() as tx:
        version = await versions.find(tx, experiment.version_id)
    if version is None or version.trial != experiment.trial:
        return
    rules = ", ".join(f"{breach.rule} {breach.bound}: {breach.count} of {breach.out_of}" for breach in broken)
    details = {"experiment_id": experiment.experiment_id, "breaches": [_wire(breach) for breach in broken]}
    given = Given(comment=f"stopped by rule ({rules})", row_version=version.row_version)
    try:
        await releasing.stop(db, governance, experiment.version_id, ACTOR, given, details)
    except Refusal as refusal:
        # Somebody else did something to it between the look and now: the next look sees what is left to stop.
        if refusal.kind not in (Kind.CONFLICT, Kind.PRECONDITION_FAILED):
            raise
        return
    async with db.transaction() as tx:
        await _end(tx, journal, experiment, await clock(tx), broken)
    for breach in broken:
        EXPERIMENTS_STOPPED.labels(experiment.product, breach.rule).inc()
    log.warning("experiment_stopped", product=experiment.product, test=experiment.trial.test, rules=rules)


def _wire(breach: Breach) -> dict[str, Any]:
    return {**asdict(breach), "bound": str(breach.bound)}


async def list_experiments(db: Database, before: str, limit: int, product: str | None) -> list[Experiment]:
    """Return up to `limit` experiments older than the id `before`, newest first; of one product if given."""
    async with db.transaction() as tx:
        return await experiments.page(tx, before, limit, product)
