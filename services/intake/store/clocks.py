"""The clocks of applications in PostgreSQL: those that run, and those that are paused."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.clock import Clock, Term
from shared.db import Transaction

_OF: Final = text("""
    SELECT application_id, term, profile, due_at, time_left, warn_at FROM application_clock
    WHERE application_id = ANY(CAST(:ids AS text[]))
""")
# None of those that are set is among those that go.
_SET: Final = text("""
    WITH gone AS (
        DELETE FROM application_clock c
        USING unnest(CAST(:gone_ids AS text[]), CAST(:gone_terms AS text[])) AS r(application_id, term)
        WHERE c.application_id = r.application_id AND c.term = r.term
    )
    INSERT INTO application_clock (application_id, term, profile, due_at, time_left, warn_at)
    SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:terms AS text[]), CAST(:profiles AS text[]),
                         CAST(:due_at AS timestamptz[]), CAST(:time_left AS interval[]),
                         CAST(:warn_at AS timestamptz[]))
    ON CONFLICT (application_id, term) DO UPDATE
    SET profile = excluded.profile, due_at = excluded.due_at, time_left = excluded.time_left,
        warn_at = excluded.warn_at
""")
_WARNINGS: Final = text("""
    SELECT c.application_id, c.term, c.profile, c.due_at, c.time_left, c.warn_at, a.product, clock_timestamp() AS now
    FROM application_clock c JOIN application a USING (application_id)
    WHERE c.warn_at <= clock_timestamp() ORDER BY c.warn_at LIMIT :limit FOR UPDATE OF c SKIP LOCKED
""")
_RUN_OUT: Final = text("""
    SELECT application_id FROM application_clock
    WHERE term = :term AND due_at <= clock_timestamp() ORDER BY due_at LIMIT :limit
""")
_COUNTS: Final = text("""
    SELECT profile, term, count(*) AS running, count(*) FILTER (WHERE due_at <= clock_timestamp()) AS run_out,
           count(*) FILTER (WHERE due_at > clock_timestamp()
                                  AND due_at <= clock_timestamp() + make_interval(days => :days)) AS near
    FROM application_clock WHERE term = ANY(CAST(:terms AS text[])) AND due_at IS NOT NULL GROUP BY profile, term
""")

Clocks = Mapping[Term, Clock]


@dataclass(frozen=True, slots=True)
class Warned:
    """A clock that a warning is due of, and the application whose it is."""

    application_id: str
    product: str
    clock: Clock
    now: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many clocks of a profile and term run, how many of them have run out, and how many soon will."""

    profile: str
    term: str
    running: int
    near: int
    run_out: int


async def of(tx: Transaction, ids: Collection[str]) -> dict[str, Clocks]:
    """Return the clocks of applications, by application."""
    found: dict[str, dict[Term, Clock]] = defaultdict(dict)
    if not ids:
        return {}
    for row in await tx.execute(_OF, {"ids": list(ids)}):
        found[row.application_id][Term(row.term)] = _clock(row)
    return dict(found)


async def change(tx: Transaction, before: Mapping[str, Clocks], after: Mapping[str, Clocks]) -> None:
    """Store the clocks of locked applications, from those they had; what stays as it was is not touched."""
    gone = sorted((key, term) for key, clocks in before.items() for term in clocks if term not in after[key])
    new = sorted(
        (
            (key, clock)
            for key, clocks in after.items()
            for clock in clocks.values()
            if before.get(key, {}).get(clock.term) != clock
        ),
        key=lambda entry: (entry[0], entry[1].term),
    )
    await _set(tx, gone, new)


async def keep(tx: Transaction, entries: Sequence[tuple[str, Clock]]) -> None:
    """Store clocks, each with its application, in place of those that are there."""
    await _set(tx, [], entries)


async def _set(tx: Transaction, gone: Sequence[tuple[str, Term]], entries: Sequence[tuple[str, Clock]]) -> None:
    if not gone and not entries:
        return
    await tx.execute(
        _SET,
        {
            "ids": [key for key, _ in entries],
            "terms": [clock.term for _, clock in entries],
            "profiles": [clock.profile for _, clock in entries],
            "due_at": [clock.due_at for _, clock in entries],
            "time_left": [clock.left for _, clock in entries],
            "warn_at": [clock.warn_at for _, clock in entries],
            "gone_ids": [key for key, _ in gone],
            "gone_terms": [term for _, term in gone],
        },
    )


async def warnings_due(tx: Transaction, limit: int) -> list[Warned]:
    """Return clocks that a warning is due of, locked; those that somebody else has locked are left to them."""
    rows = await tx.execute(_WARNINGS, {"limit": limit})
    return [Warned(row.application_id, row.product, _clock(row), row.now) for row in rows]


async def run_out(tx: Transaction, term: Term, limit: int) -> list[str]:
    """Return applications whose clock for `term` has run out, the oldest first."""
    return list((await tx.execute(_RUN_OUT, {"term": term, "limit": limit})).scalars())


async def counts(tx: Transaction, near_days: int) -> list[Count]:
    """Return how the clocks that run stand, by profile and term."""
    rows = await tx.execute(_COUNTS, {"terms": list(Term), "days": near_days})
    return [Count(row.profile, row.term, row.running, row.near, row.run_out) for row in rows]


def _clock(row: Any) -> Clock:
    return Clock(Term(row.term), row.profile, row.due_at, row.time_left, row.warn_at)
