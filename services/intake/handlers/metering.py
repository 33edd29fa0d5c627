"""What sources did and cost: recorded with every try, counted by day, and shown."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from services.intake import metrics
from services.intake.domain.breaker import BreakerState
from services.intake.domain.inquiry import Attempt, Metered, Pull
from services.intake.domain.metering import SourceStanding
from services.intake.sources.configuration import ConfiguredSource
from services.intake.store import inquiries, investigations, metering
from shared.db import Database, Transaction

_BREAKER_LEVELS = {BreakerState.CLOSED: 0, BreakerState.HALF_OPEN: 1, BreakerState.OPEN: 2}


Inquired = tuple[Pull, Sequence[Attempt]]
"""An inquiry, and what came of it try by try."""


async def count(tx: Transaction, inquired: Sequence[Inquired], now: datetime) -> list[Metered]:
    """Record what came of inquiries, try by try, and add it to the day's counts; return what is to be `observe`d."""
    await inquiries.add_attempts(tx, [(pull.inquiry_id, attempts) for pull, attempts in inquired])
    metered = [Metered(pull.source, attempt) for pull, attempts in inquired for attempt in attempts]
    await metering.count(tx, metered, now.date())
    return metered


def observe(metered: Sequence[Metered]) -> None:
    """Count in this process's metrics what has been committed."""
    for entry in metered:
        attempt = entry.attempt
        metrics.SOURCE_TRIES.labels(entry.source, attempt.outcome).inc()
        if attempt.latency_ms is not None:
            metrics.SOURCE_SECONDS.labels(entry.source).observe(attempt.latency_ms / 1000)
        if attempt.cost is not None:
            metrics.SOURCE_COST.labels(entry.source, attempt.cost.currency).inc(attempt.cost.amount_minor)


async def measure(db: Database, sources: Mapping[str, ConfiguredSource]) -> None:
    """Set the gauges of breakers and of investigations that wait, for a source or to be told whose turn it is ("")."""
    async with db.transaction() as tx:
        breakers = await metering.breakers(tx, sources)
        waiting = await investigations.waiting(tx)
    for name, breaker in breakers.items():
        metrics.SOURCE_BREAKER.labels(name).set(_BREAKER_LEVELS[breaker.state])
    for name in ("", *sources):
        number, age_seconds = waiting.get(name, (0, 0.0))
        metrics.INVESTIGATIONS_OPEN.labels(name).set(number)
        metrics.INVESTIGATIONS_OLDEST_SECONDS.labels(name).set(age_seconds)


async def list_sources(
    db: Database, sources: Mapping[str, ConfiguredSource], today: date, days: int
) -> list[SourceStanding]:
    """Return all configured sources by name, each with its counts of the last `days` days."""
    async with db.transaction() as tx:
        breakers = await metering.breakers(tx, sources)
        waiting = await investigations.waiting(tx)
        counted = await metering.days(tx, sources, today - timedelta(days=days - 1))
    return [
        SourceStanding(
            name=name,
            kind=sources[name].source.kind,
            timeout_seconds=sources[name].timeout_seconds,
            attempts=sources[name].attempts,
            concurrency=sources[name].concurrency,
            cost=sources[name].cost,
            facts=tuple(sorted(sources[name].facts)),
            breaker=breakers[name],
            waiting=waiting.get(name, (0, 0.0))[0],
            days=tuple(entry for entry in counted if entry.source == name),
        )
        for name in sorted(sources)
    ]
