"""The gauges of the officers' queue."""

from services.limits import metrics
from services.limits.handlers.gauging import MOST_GROUPS
from services.limits.store import holds as store
from services.limits.store.gauges import OTHER
from shared.db import Database


async def measure(db: Database) -> None:
    """Count the documents that wait for an officer and set the gauges; raises `Refusal` when the database is away."""
    async with db.transaction() as tx:
        found = await store.waiting(tx, MOST_GROUPS, OTHER)
    # Products come and go. Nothing reads between these lines: they run without waiting for anything.
    metrics.CREDIT_HOLDS_OPEN.clear()
    metrics.CREDIT_HOLDS_OLDEST_SECONDS.clear()
    for waiting in found:
        metrics.CREDIT_HOLDS_OPEN.labels(waiting.product).set(waiting.holds)
        metrics.CREDIT_HOLDS_OLDEST_SECONDS.labels(waiting.product).set(waiting.oldest_seconds)
