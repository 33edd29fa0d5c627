"""What sources did, counted by day, and their breakers."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import text

from services.intake.domain.breaker import Breaker, BreakerState
from services.intake.domain.inquiry import ANSWERS, FAULTS, Metered, Outcome
from services.intake.domain.metering import SourceDay
from shared.db import Transaction, rows_json

_COUNTS: Final = ("asked", "hits", "misses", "faults", "discarded", "not_asked", "reused", "cost_minor")
_ADD: Final = text("""
    INSERT INTO source_day AS d (source, day, currency, asked, hits, misses, faults, discarded, not_asked, reused,
                                 cost_minor)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(source text, day date, currency text, asked bigint, hits bigint, misses bigint, faults bigint,
                discarded bigint, not_asked bigint, reused bigint, cost_minor bigint)
    ORDER BY source, day, currency
    ON CONFLICT (source, day, currency) DO UPDATE
    SET asked = d.asked + excluded.asked, hits = d.hits + excluded.hits, misses = d.misses + excluded.misses,
        faults = d.faults + excluded.faults, discarded = d.discarded + excluded.discarded,
        not_asked = d.not_asked + excluded.not_asked, reused = d.reused + excluded.reused,
        cost_minor = d.cost_minor + excluded.cost_minor
""")
_DAYS: Final = text("""
    SELECT d.* FROM source_day d WHERE d.source = ANY(CAST(:sources AS text[])) AND d.day >= :since
    ORDER BY d.source, d.day, d.currency
""")
_BREAKERS: Final = """
    SELECT source, state, failures, retry_at FROM source_breaker WHERE source = ANY(CAST(:sources AS text[]))
    ORDER BY source
"""
_READ: Final = text(_BREAKERS)
_LOCK: Final = text(f"{_BREAKERS} FOR UPDATE")
_BEGIN: Final = text("""
    INSERT INTO source_breaker (source, state, failures, changed_at)
    SELECT source, 'closed', '{}', clock_timestamp() FROM unnest(CAST(:sources AS text[])) AS source ORDER BY source
    ON CONFLICT DO NOTHING
""")
_SAVE: Final = text("""
    UPDATE source_breaker SET state = :state, failures = CAST(:failures AS timestamptz[]),
           retry_at = :retry_at, changed_at = clock_timestamp()
    WHERE source = :source
""")


async def count(tx: Transaction, metered: Iterable[Metered], day: date) -> None:
    """Add to the counts of a day."""
    totals: dict[tuple[str, str], dict[str, int]] = {}
    for entry in metered:
        attempt = entry.attempt
        currency = "" if attempt.cost is None else attempt.cost.currency
        row = totals.setdefault((entry.source, currency), dict.fromkeys(_COUNTS, 0))
        row[_count_of(attempt.outcome)] += 1
        row["asked"] += attempt.outcome in ANSWERS or attempt.outcome in FAULTS or attempt.latency_ms is not None
        row["cost_minor"] += 0 if attempt.cost is None else attempt.cost.amount_minor
    if totals:
        rows = [
            {"source": source, "day": day, "currency": currency, **counts}
            for (source, currency), counts in totals.items()
        ]
        await tx.execute(_ADD, {"rows": rows_json(rows)})


async def days(tx: Transaction, sources: Collection[str], since: date) -> list[SourceDay]:
    """Return what sources did, by source and day, from a day on."""
    rows = await tx.execute(_DAYS, {"sources": list(sources), "since": since})
    return [SourceDay(**row._mapping) for row in rows]


async def breakers(tx: Transaction, sources: Collection[str], *, lock: bool = False) -> dict[str, Breaker]:
    """Return the breakers of sources, by source; with `lock` so that nobody else changes them."""
    names = list(set(sources))
    if lock:
        await tx.execute(_BEGIN, {"sources": names})
    rows = await tx.execute(_LOCK if lock else _READ, {"sources": names})
    found = {row.source: Breaker(BreakerState(row.state), tuple(row.failures), row.retry_at) for row in rows}
    return {name: found.get(name, Breaker()) for name in names}


async def save_breakers(tx: Transaction, changed: Mapping[str, Breaker]) -> None:
    """Store breakers that are locked."""
    for source, breaker in changed.items():
        await tx.execute(
            _SAVE,
            {
                "source": source,
                "state": breaker.state,
                "failures": list(breaker.failures),
                "retry_at": breaker.retry_at,
            },
        )


def _count_of(outcome: Outcome) -> str:
    if outcome in FAULTS:
        return "faults"
    return _COUNT_OF.get(outcome, "not_asked")


_COUNT_OF: Final[Mapping[Outcome, str]] = {
    Outcome.HIT: "hits",
    Outcome.MISS: "misses",
    Outcome.DISCARDED: "discarded",
    Outcome.REUSED: "reused",
}
