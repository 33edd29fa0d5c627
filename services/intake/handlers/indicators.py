"""Indicators: series are said, observed and looked at; what triggers fire on is told once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from services.intake.domain import indicator
from services.intake.domain.finding import Finding
from services.intake.domain.indicator import Observation, Series, Trigger
from services.intake.domain.party import Attribution
from services.intake.store import indicators, reviews
from shared import outbox
from shared.contracts.intake import INDICATOR_AGGREGATE, IndicatorMoved
from shared.db import Database, Transaction, clock
from shared.errors import Fault, conflict, invalid, not_found
from shared.outbox import Fact

MOST_SERIES: Final = 5_000
MOST_TRIGGERS: Final = 50
"""Of one series."""
MOST_PERIODS: Final = 400
_TOMORROW: Final = timedelta(days=1)
_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of a feed: a value of a series on a day. `published_at` is None for one that is published now.

    `pointer` says where in the request it stands.
    """

    series: str
    observed_on: date
    value: Decimal
    published_at: datetime | None
    pointer: str


async def findings(tx: Transaction, parties: Mapping[str, Attribution], now: datetime) -> dict[str, list[Finding]]:
    """Return the facts that series say of parties, by party, each dated by its observation.

    One statement for all parties. Parties that no series concerns are left out.
    """
    known = await indicators.of_facts(tx, parties.values(), now)
    return indicator.findings(known, parties, now)


async def put_series(db: Database, series: Series, actor: str) -> None:
    """Say what a series is; raises `Refusal` with 409 when there are too many.

    The scale of a series with observations may only grow: what was observed would not fit it any more.
    """
    async with db.transaction() as tx:
        known = (await indicators.find(tx, [series.code], is_locked=True)).get(series.code)
        if known is None and await indicators.count(tx) >= MOST_SERIES:
            raise conflict("too_many_series", f"there may be {MOST_SERIES} series")
        if known is not None and series.scale < known.scale:
            raise conflict("scale_shrinks", "the values that are there have more digits after the point")
        await indicators.put_series(tx, series, actor)


async def get_series(db: Database, code: str) -> tuple[Series, list[Trigger]]:
    """Return a series and its triggers; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        return await _series(tx, code), await indicators.triggers(tx, [code])


async def list_series(db: Database, after: str, limit: int) -> list[Series]:
    """Return up to `limit` series after a code, in the order of their codes."""
    async with db.transaction() as tx:
        return await indicators.page(tx, after, limit)


async def list_observations(
    db: Database, code: str, as_of: datetime | None, before: date, limit: int
) -> tuple[Series, datetime, list[Observation]]:
    """Return observations of a series as they were published by `as_of` (None: now), newest first.

    Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        series = await _series(tx, code)
        moment = as_of or await clock(tx)
        return series, moment, await indicators.course(tx, code, moment, before, limit)


async def observe(db: Database, readings: Sequence[Reading], actor: str) -> int:
    """Store observations of series, all or none, look at their triggers, and return how many said something new.

    A value that differs from the one known of its day is a correction, and both are kept. Raises `Refusal` with 422,
    located: of a series that does not exist, a day that has not come, a time of publication ahead or before the day, a
    value with more digits after the point than the series, or a day that stands twice.
    """
    async with db.transaction() as tx:
        known = await indicators.find(tx, {entry.series for entry in readings}, is_locked=True)
        now = await clock(tx)
        faults = _faults(readings, known, now)
        if faults:
            raise invalid("invalid_observations", "the observations can't be stored", faults[:_FAULTS])
        told = [
            Observation(entry.series, entry.observed_on, entry.value, entry.published_at or now) for entry in readings
        ]
        added = await indicators.add(tx, told, actor)
        if added:
            await _pull_triggers(tx, known.keys(), now)
    return added


def _faults(readings: Sequence[Reading], known: Mapping[str, Series], now: datetime) -> list[Fault]:
    faults = []
    seen: set[tuple[str, date, datetime | None]] = set()
    for entry in readings:
        series = known.get(entry.series)
        if series is None:
            faults.append(Fault(f"{entry.pointer}/series", "unknown_series", "there is no such series"))
            continue
        # A day begins east of Greenwich before it does there.
        if entry.observed_on > (now + _TOMORROW).date():
            faults.append(Fault(f"{entry.pointer}/observed_on", "in_the_future", "the day has not come"))
        elif entry.published_at is not None and not (
            entry.published_at <= now and entry.observed_on <= (entry.published_at + _TOMORROW).date()
        ):
            faults.append(
                Fault(f"{entry.pointer}/published_at", "impossible_time", "lies between the day and the present")
            )
        if entry.value.quantize(Decimal(1).scaleb(-series.scale)) != entry.value:
            words = f"has at most {series.scale} digits after the point"
            faults.append(Fault(f"{entry.pointer}/value", "too_precise", words))
        key = (entry.series, entry.observed_on, entry.published_at)
        if key in seen:
            faults.append(Fault(entry.pointer, "stated_twice", "an earlier line states this day"))
        seen.add(key)
    return faults


async def put_trigger(db: Database, trigger: Trigger, actor: str) -> tuple[Trigger, int]:
    """Say when a series is to be told of; return the trigger as it is stored, and the series' scale.

    It begins on the side of the threshold on which the series is: only what happens from now on is told. Raises
    `Refusal` with 404 without the series, 409 for too many triggers.
    """
    async with db.transaction() as tx:
        known = await indicators.find(tx, [trigger.series], is_locked=True)
        if not known:
            raise not_found("series_not_found", "there is no such series")
        others = [entry for entry in await indicators.triggers(tx, [trigger.series]) if entry.name != trigger.name]
        if len(others) >= MOST_TRIGGERS:
            raise conflict("too_many_triggers", f"a series may have {MOST_TRIGGERS} triggers")
        now = await clock(tx)
        course = await indicators.course(tx, trigger.series, now, date.max, trigger.periods + 1)
        seen = indicator.look(trigger, course)
        stored = replace(trigger, is_fired=seen is not None and seen.is_fired)
        await indicators.put_trigger(tx, stored, actor)
    return stored, known[trigger.series].scale


async def _pull_triggers(tx: Transaction, series: Collection[str], now: datetime) -> None:
    """Look at the triggers of series that have new observations; tell each that has fired, once for a day."""
    by_series: dict[str, list[Trigger]] = {}
    for trigger in await indicators.triggers(tx, series):
        if trigger.is_active:
            by_series.setdefault(trigger.series, []).append(trigger)
    facts: list[Fact] = []
    for code, triggers in by_series.items():
        longest = max(trigger.periods for trigger in triggers)
        course = await indicators.course(tx, code, now, date.max, longest + 1)
        for trigger in triggers:
            seen = indicator.look(trigger, course)
            if seen is None or seen.is_fired == trigger.is_fired:
                continue
            await indicators.set_fired(tx, trigger, seen)
            if not seen.is_fired:
                continue
            days = trigger.review_within_days
            due_at = None if days is None else now + timedelta(days=days)
            if await reviews.add_signal(tx, trigger, seen, now, due_at):
                facts.append(_moved(trigger, seen, now))
    await outbox.put(tx, facts)


def _moved(trigger: Trigger, seen: indicator.Look, now: datetime) -> Fact:
    data = IndicatorMoved(
        series=trigger.series,
        trigger=trigger.name,
        value=plain(seen.value),
        reference=plain(seen.reference),
        observed_on=seen.observed_on.isoformat(),
        direction=trigger.direction.value,
        told_at=now,
    )
    return Fact(INDICATOR_AGGREGATE, trigger.series, IndicatorMoved.type, data)


def plain(value: Decimal) -> str:
    """Return a decimal without an exponent and without zeros that say nothing."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


async def _series(tx: Transaction, code: str) -> Series:
    found = (await indicators.find(tx, [code])).get(code)
    if found is None:
        raise not_found("series_not_found", "there is no such series")
    return found
