"""Experiments: they follow the life cycle of challengers, count what the arms decide, and stop what must stop.

Whoever wants a challenger says so in the life cycle of its version. This loop, in the worker, gives it the buckets of
its parties and takes them back, so that one place alone divides a product; every process reads the result.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from services.decision.domain.experiment.contest import arm_of
from services.decision.domain.experiment.experiment import Arm, Experiment
from services.decision.domain.experiment.split import Split, split_of
from services.decision.domain.experiment.stopping import Breach, breaches
from services.decision.domain.position import made_at, position_at
from services.decision.metrics import EXPERIMENTS_STOPPED
from services.decision.rulebooks import Rulebooks
from services.decision.store import experiments, progress
from shared.catalogue import EntryKind
from shared.db import Database, Transaction
from shared.errors import Kind, Refusal, not_found
from shared.governance import store as versions
from shared.governance.domain import Given, State, Version
from shared.governance.governed import Governance
from shared.governance.handlers import releasing
from shared.ids import new_id

log = structlog.get_logger()

ACTOR: Final = "stop-rules"
"""Who stops a challenger, in its log, when a rule does."""

_LOOK_SECONDS: Final = 1.0
_PAGE_SIZE: Final = 5_000
_POLICIES: Final = (EntryKind.POLICY,)


async def run_experiments(db: Database, governance: Governance, clock_skew: timedelta = progress.CLOCK_SKEW) -> None:
    """Look after experiments for good, once a second; an error that passes is logged."""
    while True:
        try:
            await look_after(db, governance, clock_skew)
        except Refusal as refusal:
            log.warning("experiments_interrupted", code=refusal.code)
        await asyncio.sleep(_LOOK_SECONDS)


async def look_after(db: Database, governance: Governance, clock_skew: timedelta) -> None:
    """Divide the parties as the life cycle says, count what was decided since, and stop what breaks its rules."""
    await divide(db)
    async with db.transaction() as tx:
        uncounted = await experiments.uncounted(tx)
    for experiment_id in uncounted:
        counted = await _count(db, experiment_id, clock_skew)
        if counted is not None and counted.broken:
            await _stop(db, governance, counted.experiment, counted.broken)


async def divide(db: Database) -> None:
    """Begin, change and end experiments as the versions are challengers, under the lock that keeps versions still."""
    async with db.transaction() as tx:
        if not await _differing(tx):
            return
    async with db.transaction() as tx:
        now = await versions.lock_releases(tx)
        for product, wanted in (await _differing(tx)).items():
            running = [entry for entry in await experiments.all_running(tx) if entry.product == product]
            await _divide(tx, product, running, wanted, now)


async def _differing(tx: Transaction) -> Mapping[str, Mapping[str, Version]]:
    """Return the challengers (by test) of each product whose experiments are not in step with them."""
    wanted: dict[str, dict[str, Version]] = {}
    for version in await versions.in_states(tx, _POLICIES, [State.CHALLENGER]):
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
    tx: Transaction, product: str, running: Sequence[Experiment], wanted: Mapping[str, Version], now: datetime
) -> None:
    kept: dict[str, Experiment] = {}
    for entry in running:
        version = wanted.get(entry.trial.test)
        if version is not None and version.version_id == entry.version_id:
            kept[entry.trial.test] = entry
        else:
            await experiments.end(tx, entry.experiment_id, now)
    before = split_of({test: entry.ranges for test, entry in kept.items()})
    after = before.divided({test: v.trial.share_bp for test, v in wanted.items() if v.trial is not None})
    for test, version in wanted.items():
        await _assign(tx, product, kept.get(test), version, after, now)


async def _assign(
    tx: Transaction, product: str, running: Experiment | None, version: Version, split: Split, now: datetime
) -> None:
    assert version.trial is not None
    ranges = tuple(split.ranges(version.trial.test))
    if running is not None:
        await experiments.change(tx, replace(running, trial=version.trial, ranges=ranges))
        return
    new = Experiment(
        experiment_id=new_id("exp"),
        product=product,
        version_id=version.version_id,
        trial=version.trial,
        ranges=ranges,
        started_at=now,
        position=position_at(now),
    )
    await experiments.begin(tx, new)


@dataclass(frozen=True, slots=True)
class _Counted:
    """An experiment after its decisions were counted, and the stop rules that its challenger breaks by now."""

    experiment: Experiment
    broken: Sequence[Breach]


async def _count(db: Database, experiment_id: str, clock_skew: timedelta) -> _Counted | None:
    """Count the decisions made since the last look; return None while another process does."""
    while True:
        async with db.transaction() as tx:
            await progress.commit_lazily(tx)
            experiment = await experiments.claim(tx, experiment_id)
            if experiment is None:
                return None
            until = await progress.horizon(tx, clock_skew)
            if experiment.count_until is not None:
                until = min(until, made_at(experiment.count_until))
            page = await progress.next_page(tx, experiment.position, until, _PAGE_SIZE)
            await experiments.count(tx, experiment, page)
            if page.is_last:
                return _Counted(experiment, await _broken(tx, experiment))


async def _broken(tx: Transaction, experiment: Experiment) -> list[Breach]:
    if experiment.ended_at is not None:
        return []
    arms = await experiments.arms(tx, experiment)
    return breaches(experiment.trial.stop_rules, arms[arm_of(experiment.trial.test)].figures)


async def _stop(db: Database, governance: Governance, experiment: Experiment, broken: Sequence[Breach]) -> None:
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
        await experiments.end(tx, experiment.experiment_id, await versions.now(tx), broken)
    for breach in broken:
        EXPERIMENTS_STOPPED.labels(experiment.product, breach.rule).inc()
    log.warning("experiment_stopped", product=experiment.product, test=experiment.trial.test, rules=rules)


def _wire(breach: Breach) -> dict[str, Any]:
    return {**asdict(breach), "bound": str(breach.bound)}


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """An experiment with what its arms decided, champion first, at the moment `now`; sums are in `currency`.

    Decisions are counted up to `counted_to`. `currency` is None when the product is not live any more.
    """

    experiment: Experiment
    arms: Sequence[Arm]
    currency: str | None
    counted_to: datetime
    now: datetime


async def report(db: Database, rulebooks: Rulebooks, experiment_id: str) -> ExperimentReport:
    """Return an experiment with its figures; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await experiments.find(tx, experiment_id)
        if found is None:
            raise not_found("experiment_not_found", "there is no such experiment")
        arms = await experiments.arms(tx, found)
        book = (await rulebooks.take(tx, {found.product})).get(found.product)
        currency = None if book is None else book.product.currency
        now = await versions.now(tx)
        return ExperimentReport(found, tuple(arms.values()), currency, made_at(found.position), now)


async def list_experiments(db: Database, before: str, limit: int, product: str | None) -> list[Experiment]:
    """Return up to `limit` experiments older than the id `before`, newest first; of one product if given."""
    async with db.transaction() as tx:
        return await experiments.page(tx, before, limit, product)
