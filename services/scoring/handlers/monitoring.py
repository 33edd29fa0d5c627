"""Measuring live models: on a schedule, in the worker, or for who asks."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from services.scoring import events
from services.scoring.domain.monitoring.alarms import crossings, levels_after
from services.scoring.domain.monitoring.baseline import read_baseline
from services.scoring.domain.monitoring.counts import ModelKey, Window
from services.scoring.domain.monitoring.grouping import groupings_of
from services.scoring.domain.monitoring.measure import measure
from services.scoring.domain.monitoring.plan import Plan, Plans
from services.scoring.domain.monitoring.report import Report
from services.scoring.handlers.gauging import show
from services.scoring.store import counting, monitoring
from services.scoring.store.monitoring import ReportFilter
from shared import catalogue, outbox
from shared.catalogue import EntryKind
from shared.db import Database, Transaction, clock
from shared.errors import Fault, Kind, Refusal, conflict, invalid, not_found
from shared.governance.running import all_running
from shared.idempotency import Answer, Claim, once
from shared.ids import new_id
from shared.products import parse_product

__all__ = [
    "ReportFilter",
    "ReportRequest",
    "get_report",
    "keep_watching",
    "latest_report",
    "list_reports",
    "request_report",
    "watch_models",
]

log = structlog.get_logger()

SCHEDULE: Final = "schedule"
"""Who requested a scheduled report."""

_ON_REQUEST: Final = "on request"
_LONGEST_LOOK_SECONDS: Final = 60.0
_LONGEST_WINDOW: Final = timedelta(days=3_653)

_MODEL_FAULTS: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What an artefact or counts that nobody thought of could lead to."""

Artefact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What somebody wants measured: the live model unless a version is named, in the plan's windows unless stated."""

    product: str
    model_version: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    performance_start: datetime | None = None


async def keep_watching(db: Database, plans: Plans, interval: timedelta) -> None:
    """Measure live models for good, each once in `interval`; any number of workers may do so at once."""
    while True:
        try:
            await watch_models(db, plans, interval)
        except Refusal as refusal:
            log.warning("monitoring_waits", code=refusal.code)
        await asyncio.sleep(min(interval.total_seconds(), _LONGEST_LOOK_SECONDS))


async def watch_models(db: Database, plans: Plans, interval: timedelta) -> list[Report]:
    """Measure the live models and challengers that are due, show the figures of all, and return the new reports."""
    async with db.transaction() as tx:
        watched = await _watched(tx)
    made = []
    for artefact in watched:
        try:
            report = await _measure_if_due(db, artefact, plans, interval)
        except (Refusal, *_MODEL_FAULTS) as fault:
            if isinstance(fault, Refusal) and fault.kind is Kind.UNAVAILABLE:
                raise
            # The others are measured all the same; this one's alert is that it was not.
            log.error("model_not_measured", model=artefact["content_hash"], exc_info=fault)
            continue
        if report is not None:
            made.append(report)
    async with db.transaction() as tx:
        latest = await monitoring.latest_scheduled(tx, [artefact["content_hash"] for artefact in watched])
        levels = {found: await monitoring.levels(tx, found) for found in latest}
    show([(report, levels[found]) for found, report in latest.items()])
    return made


async def request_report(
    db: Database, plans: Plans, wanted: ReportRequest, claim: Claim, answer: Callable[[Report], Answer]
) -> Answer:
    """Measure a model now and keep the report, once per key. It raises no alarm: its window may be anything.

    Raises `Refusal`: 404 for an unknown model, 409 while another report is made on request, 422 for an impossible
    window.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> Sequence[Answer | Refusal]:
        artefact = await _artefact(tx, wanted)
        # One at a time, of whatever model: each holds a connection for as long as it reads.
        if not await monitoring.try_lock(tx, _ON_REQUEST):
            raise conflict("being_measured", "another report is being made; try again")
        plan = plans.of(wanted.product)
        windows = _windows(wanted, plan, await clock(tx))
        report = await _measure(tx, artefact, plan, windows, claim.client, scheduled=False)
        return [answer(report)]

    (given,) = await once(db, [claim], act)
    if isinstance(given, Refusal):
        raise given
    return given


async def get_report(db: Database, report_id: str) -> Report:
    """Return a report; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await monitoring.find(tx, report_id)
    if found is None:
        raise not_found("report_not_found", "there is no such monitoring report")
    return found


async def latest_report(db: Database, product: str) -> Report:
    """Return the newest scheduled report of a product; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await monitoring.page(tx, ReportFilter(product=product, scheduled=True), "mon_~", 1)
    if not found:
        raise not_found("report_not_found", "nothing was measured of this product yet")
    return found[0]


async def list_reports(db: Database, wanted: ReportFilter, before: str, limit: int) -> list[Report]:
    """Return up to `limit` reports older than the id `before`, newest first."""
    async with db.transaction() as tx:
        return await monitoring.page(tx, wanted, before, limit)


async def _watched(tx: Transaction) -> list[Artefact]:
    """Return the artefacts that score now, whoever's answer counts."""
    products = list(await catalogue.all_live(tx, EntryKind.SCORECARD))
    found: list[Artefact] = []
    for product, running in (await all_running(tx, EntryKind.SCORECARD, products)).items():
        revisions = [] if running.live is None else [running.live.revision]
        revisions += [trial.revision for trial in running.challengers]
        for revision in revisions:
            found.append(await catalogue.document(tx, EntryKind.SCORECARD, product, revision))
    return found


async def _measure_if_due(db: Database, artefact: Artefact, plans: Plans, interval: timedelta) -> Report | None:
    async with db.transaction() as tx:
        content_hash = artefact["content_hash"]
        if not await monitoring.try_lock(tx, content_hash):
            return None
        now = await clock(tx)
        last = (await monitoring.latest_scheduled(tx, [content_hash])).get(content_hash)
        if last is not None and last.measured_at + interval > now:
            return None
        plan = plans.of(artefact["product"])
        windows = _windows(ReportRequest(artefact["product"]), plan, now)
        report = await _measure(tx, artefact, plan, windows, SCHEDULE, scheduled=True)
        await _raise_alarms(tx, report, plan)
        return report


async def _measure(
    tx: Transaction, artefact: Artefact, plan: Plan, windows: tuple[Window, Window], by: str, *, scheduled: bool
) -> Report:
    population, performance = windows
    model = ModelKey(artefact["product"], artefact["name"], artefact["version"], artefact["content_hash"])
    live = await catalogue.live(tx, [(EntryKind.PRODUCT, model.product)])
    entry = live.get((EntryKind.PRODUCT, model.product))
    if entry is None:
        raise not_found("product_not_found", "there is no live product of that name")
    product = parse_product(await catalogue.document(tx, EntryKind.PRODUCT, entry.name, entry.revision))
    groupings = groupings_of(product, plan)
    wanted = counting.Wanted(model, population, performance, plan.outcome, groupings)
    counted = await counting.count(tx, wanted)
    # Intervals of a large model take a second of pure computation; requests and events go on meanwhile.
    figures = await asyncio.to_thread(measure, counted, read_baseline(artefact), plan, groupings.left_out)
    report = Report(
        report_id=new_id("mon"),
        model=model,
        window=population,
        performance_start=performance.start,
        scheduled=scheduled,
        requested_by=by,
        measured_at=await clock(tx),
        figures=figures,
    )
    await monitoring.add(tx, report)
    return report


async def _raise_alarms(tx: Transaction, report: Report, plan: Plan) -> None:
    before = await monitoring.levels(tx, report.model.content_hash)
    readings = report.figures.readings
    after = levels_after(before, readings, plan.release)
    await monitoring.set_levels(tx, report.model.content_hash, report.report_id, after)
    found = crossings(before, readings)
    await outbox.put(tx, [events.drift_detected(report, crossing) for crossing in found])
    for crossing in found:
        reading = crossing.reading
        log.warning(
            "drift_detected",
            product=report.model.product,
            version=report.model.version,
            measure=reading.measure,
            reached=reading.level,
            value=str(reading.value),
        )


async def _artefact(tx: Transaction, wanted: ReportRequest) -> Artefact:
    if wanted.model_version is None:
        key = EntryKind.SCORECARD, wanted.product
        live = (await catalogue.live(tx, [key])).get(key)
        if live is not None:
            return await catalogue.document(tx, *key, live.revision)
    else:
        for artefact in await monitoring.artefacts(tx, wanted.product):
            if artefact.get("version") == wanted.model_version:
                return artefact
    raise not_found("model_not_found", "there is no such model of this product")


def _windows(wanted: ReportRequest, plan: Plan, now: datetime) -> tuple[Window, Window]:
    """Return the windows of population and performance; a start that is stated holds for both, unless both are."""
    end = wanted.end or now
    start = wanted.start or end - timedelta(days=plan.population_days)
    since = wanted.performance_start or wanted.start or end - timedelta(days=plan.performance_days)
    since = min(since, start)
    if not start < end or end > now or end - since > _LONGEST_WINDOW:
        fault = Fault("/from", "impossible_window", "must be before `to`, in the past and at most ten years long")
        raise invalid("impossible_window", "the window is impossible", [fault])
    return Window(start, end), Window(since, end)
