"""The passing of time on applications: warnings before a term runs out, and what is closed when one has."""

from typing import Final

from services.intake import metrics
from services.intake.domain.application import Status
from services.intake.domain.clock import Term, profile_of, told
from services.intake.domain.progress import CLOSED_INCOMPLETE, Step
from services.intake.events import applications as events
from services.intake.handlers.progress import products_of
from services.intake.handlers.settling import Going, Gone, settle
from services.intake.store import applications, clocks
from shared import outbox
from shared.db import Database, clock

NEAR_DAYS: Final = 7
"""A clock that runs out within so many days counts as near."""


async def tell_warnings(db: Database, limit: int) -> int:
    """Tell up to `limit` warnings that are due, each once; return how many."""
    async with db.transaction() as tx:
        due = await clocks.warnings_due(tx, limit)
        facts = [events.clock_running_out(entry.application_id, entry.product, entry.clock, entry.now) for entry in due]
        after = [told(profile_of(entry.clock.profile), entry.clock, entry.now) for entry in due]
        await clocks.keep(tx, [(entry.application_id, one) for entry, one in zip(due, after, strict=True)])
        await outbox.put(tx, facts)
    for entry in due:
        metrics.CLOCK_WARNINGS.labels(entry.clock.profile, entry.clock.term).inc()
    return len(due)


async def close_incomplete(db: Database, limit: int) -> int:
    """Close up to `limit` applications of which what was missing has not come in time; return how many there were."""
    async with db.transaction() as tx:
        ids = await clocks.run_out(tx, Term.COMPLETE, limit)
        if not ids:
            return 0
        # Somebody may just have completed one: it is looked at once it is locked.
        found = await applications.lock(tx, ids)
        overdue = set(await clocks.run_out(tx, Term.COMPLETE, limit))
        closing = [entry for key, entry in found.items() if key in overdue and entry.status is Status.PEND_INFO]
        known = await products_of(tx, closing)
        gone = [
            Gone(Going(entry, known.get(entry.product), entry.status), Step(Status.CLOSED, (CLOSED_INCOMPLETE,)))
            for entry in closing
        ]
        await settle(tx, gone, await clock(tx))
    return len(ids)


async def measure(db: Database) -> None:
    """Set the gauges of clocks, and of applications that wait; raises `Refusal` when the database is away."""
    async with db.transaction() as tx:
        counts = await clocks.counts(tx, NEAR_DAYS)
        waiting = await applications.count_waiting(tx)
    # Profiles and products come and go. Nothing reads between these lines: they run without waiting for anything.
    metrics.APPLICATION_CLOCKS.clear()
    for entry in counts:
        states = {"later": entry.running - entry.near - entry.run_out, "near": entry.near, "run_out": entry.run_out}
        for state, number in states.items():
            metrics.APPLICATION_CLOCKS.labels(entry.profile, entry.term, state).set(number)
    metrics.APPLICATIONS_WAITING.clear()
    for status, product, number in waiting:
        metrics.APPLICATIONS_WAITING.labels(product, status).set(number)
