"""Indicators in PostgreSQL: observations are only ever added, and found as they were known at a time."""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.indicator import (
    Direction,
    Frequency,
    Look,
    Observation,
    Scope,
    Series,
    Trigger,
    TriggerKind,
)
from services.intake.domain.party import Attribution
from shared.db import Transaction, rows_json

_SERIES: Final = """
    s.series, s.label, s.label_zh, s.unit, s.frequency, s.scope, s.codes, s.source, s.scale, s.stale_after_days, s.fact
"""
_PUT_SERIES: Final = text("""
    INSERT INTO indicator_series (series, label, label_zh, unit, frequency, scope, codes, source, scale,
                                  stale_after_days, fact, actor)
    VALUES (:series, :label, :label_zh, :unit, :frequency, :scope, CAST(:codes AS text[]), :source, :scale,
            :stale_after_days, :fact, :actor)
    ON CONFLICT (series) DO UPDATE SET label = excluded.label, label_zh = excluded.label_zh, unit = excluded.unit,
        frequency = excluded.frequency, scope = excluded.scope, codes = excluded.codes, source = excluded.source,
        scale = excluded.scale, stale_after_days = excluded.stale_after_days, fact = excluded.fact,
        actor = excluded.actor, updated_at = now()
""")
_FIND: Final = text(f"""
    SELECT {_SERIES} FROM indicator_series s WHERE s.series = ANY(CAST(:series AS text[]))
""")
# In the order of their codes, so that two feeds with common series wait for each other instead of deadlocking.
_LOCK: Final = text(f"""
    SELECT {_SERIES} FROM indicator_series s WHERE s.series = ANY(CAST(:series AS text[])) ORDER BY s.series FOR UPDATE
""")
_PAGE: Final = text(f"SELECT {_SERIES} FROM indicator_series s WHERE s.series > :after ORDER BY s.series LIMIT :limit")
_COUNT: Final = text("SELECT count(*) FROM indicator_series")
# What says the same as was known when it was published says nothing.
_ADD: Final = text("""
    INSERT INTO indicator_observation (series, observed_on, value, published_at, actor)
    SELECT r.series, r.observed_on, r.value, r.published_at, CAST(:actor AS text)
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(series text, observed_on date, value numeric, published_at timestamptz)
    WHERE NOT EXISTS (
        SELECT 1 FROM (
            SELECT o.value FROM indicator_observation o
            WHERE o.series = r.series AND o.observed_on = r.observed_on AND o.published_at <= r.published_at
            ORDER BY o.published_at DESC, o.statement DESC LIMIT 1
        ) last WHERE last.value = r.value
    )
""")
_OBSERVATIONS: Final = """
    SELECT DISTINCT ON (o.observed_on) o.series, o.observed_on, o.value, o.published_at
    FROM indicator_observation o
    WHERE o.series = :series AND o.observed_on < :before AND o.published_at <= :as_of
    ORDER BY o.observed_on DESC, o.published_at DESC, o.statement DESC LIMIT :limit
"""
_COURSE: Final = text(_OBSERVATIONS)
_OF_FACTS: Final = text(f"""
    SELECT {_SERIES}, o.observed_on, o.value, o.published_at
    FROM indicator_series s CROSS JOIN LATERAL (
        SELECT * FROM indicator_observation l WHERE l.series = s.series AND l.published_at <= :now
        ORDER BY l.observed_on DESC, l.published_at DESC, l.statement DESC LIMIT 1
    ) o
    WHERE s.fact IS NOT NULL AND (
        s.scope = 'global'
        OR (s.scope = 'country' AND s.codes && CAST(:countries AS text[]))
        OR (s.scope = 'industry' AND s.codes && CAST(:industries AS text[]))
    )
""")
_TRIGGER: Final = """
    t.series, t.name, t.kind, t.direction, t.threshold, t.hysteresis, t.periods, t.review_within_days, t.is_active,
    t.is_fired
"""
_PUT_TRIGGER: Final = text("""
    INSERT INTO indicator_trigger (series, name, kind, direction, threshold, hysteresis, periods, review_within_days,
                                   is_active, is_fired, actor)
    VALUES (:series, :name, :kind, :direction, :threshold, :hysteresis, :periods, :review_within_days, :is_active,
            :is_fired, :actor)
    ON CONFLICT (series, name) DO UPDATE SET kind = excluded.kind, direction = excluded.direction,
        threshold = excluded.threshold, hysteresis = excluded.hysteresis, periods = excluded.periods,
        review_within_days = excluded.review_within_days, is_active = excluded.is_active,
        is_fired = excluded.is_fired, actor = excluded.actor, updated_at = now()
""")
_TRIGGERS: Final = text(f"""
    SELECT {_TRIGGER} FROM indicator_trigger t WHERE t.series = ANY(CAST(:series AS text[])) ORDER BY t.series, t.name
""")
_SET_FIRED: Final = text("""
    UPDATE indicator_trigger SET is_fired = :is_fired, updated_at = now() WHERE series = :series AND name = :name
""")
_STALE: Final = text("""
    SELECT count(*) FROM indicator_series s LEFT JOIN LATERAL (
        SELECT l.observed_on FROM indicator_observation l WHERE l.series = s.series
        ORDER BY l.observed_on DESC LIMIT 1
    ) o ON true
    WHERE o.observed_on IS NULL OR o.observed_on + s.stale_after_days < CAST(:today AS date)
""")


async def put_series(tx: Transaction, series: Series, actor: str) -> None:
    """Store what a series is, in the place of what was said of it before."""
    await tx.execute(
        _PUT_SERIES,
        {
            "series": series.code,
            "label": series.label,
            "label_zh": series.label_zh,
            "unit": series.unit,
            "frequency": series.frequency,
            "scope": series.scope,
            "codes": list(series.codes),
            "source": series.source,
            "scale": series.scale,
            "stale_after_days": series.stale_after_days,
            "fact": series.fact,
            "actor": actor,
        },
    )


async def find(tx: Transaction, codes: Collection[str], *, is_locked: bool = False) -> dict[str, Series]:
    """Return those of the series that exist, by code; locked, nobody else adds observations or triggers meanwhile."""
    rows = await tx.execute(_LOCK if is_locked else _FIND, {"series": list(codes)})
    return {row.series: _series(row) for row in rows}


async def page(tx: Transaction, after: str, limit: int) -> list[Series]:
    """Return up to `limit` series after a code, in the order of their codes."""
    return [_series(row) for row in await tx.execute(_PAGE, {"after": after, "limit": limit})]


async def count(tx: Transaction) -> int:
    """Return how many series there are."""
    found: int = (await tx.execute(_COUNT)).scalar_one()
    return found


async def add(tx: Transaction, observations: Sequence[Observation], actor: str) -> int:
    """Store observations and return how many said something new."""
    rows = [
        {
            "series": entry.series,
            "observed_on": entry.observed_on,
            "value": entry.value,
            "published_at": entry.published_at,
        }
        for entry in observations
    ]
    return (await tx.execute(_ADD, {"rows": rows_json(rows), "actor": actor})).rowcount


async def course(tx: Transaction, series: str, as_of: datetime, before: date, limit: int) -> list[Observation]:
    """Return up to `limit` observations of days before `before` as they were published by `as_of`, newest first."""
    given = {"series": series, "as_of": as_of, "before": before, "limit": limit}
    return [_observation(row) for row in await tx.execute(_COURSE, given)]


async def of_facts(
    tx: Transaction, attributions: Collection[Attribution], now: datetime
) -> list[tuple[Series, Observation]]:
    """Return the series with a fact that may concern such parties, each with its latest observation."""
    countries = {entry.country for entry in attributions if entry.country}
    industries = {
        entry.industry[:length]
        for entry in attributions
        if entry.industry
        for length in range(1, len(entry.industry) + 1)
    }
    rows = await tx.execute(_OF_FACTS, {"now": now, "countries": list(countries), "industries": list(industries)})
    return [(_series(row), _observation(row)) for row in rows]


async def put_trigger(tx: Transaction, trigger: Trigger, actor: str) -> None:
    """Store a trigger, in the place of what was said of it before."""
    await tx.execute(
        _PUT_TRIGGER,
        {
            "series": trigger.series,
            "name": trigger.name,
            "kind": trigger.kind,
            "direction": trigger.direction,
            "threshold": trigger.threshold,
            "hysteresis": trigger.hysteresis,
            "periods": trigger.periods,
            "review_within_days": trigger.review_within_days,
            "is_active": trigger.is_active,
            "is_fired": trigger.is_fired,
            "actor": actor,
        },
    )


async def triggers(tx: Transaction, series: Collection[str]) -> list[Trigger]:
    """Return the triggers of series."""
    return [_trigger(row) for row in await tx.execute(_TRIGGERS, {"series": list(series)})]


async def set_fired(tx: Transaction, trigger: Trigger, seen: Look) -> None:
    """Store on which side of its threshold a trigger was last seen."""
    given = {"series": trigger.series, "name": trigger.name, "is_fired": seen.is_fired}
    await tx.execute(_SET_FIRED, given)


async def count_stale(tx: Transaction, today: date) -> int:
    """Return of how many series no observation counts any more."""
    found: int = (await tx.execute(_STALE, {"today": today})).scalar_one()
    return found


def _series(row: Any) -> Series:
    return Series(
        code=row.series,
        label=row.label,
        label_zh=row.label_zh,
        unit=row.unit,
        frequency=Frequency(row.frequency),
        scope=Scope(row.scope),
        codes=tuple(row.codes),
        source=row.source,
        scale=row.scale,
        stale_after_days=row.stale_after_days,
        fact=row.fact,
    )


def _observation(row: Any) -> Observation:
    return Observation(row.series, row.observed_on, Decimal(row.value), row.published_at)


def _trigger(row: Any) -> Trigger:
    return Trigger(
        series=row.series,
        name=row.name,
        kind=TriggerKind(row.kind),
        direction=Direction(row.direction),
        threshold=row.threshold,
        hysteresis=row.hysteresis,
        periods=row.periods,
        review_within_days=row.review_within_days,
        is_active=row.is_active,
        is_fired=row.is_fired,
    )
