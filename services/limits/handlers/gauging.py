"""The gauges of limits: how many accounts are in which state, by product, segment and business unit."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from prometheus_client import Gauge

from services.limits import metrics
from services.limits.store import gauges
from services.limits.store.gauges import Count
from shared.db import Database

MOST_GROUPS: Final = 200
"""So many groups of product, segment and unit have series of their own, the largest ones; the rest share one."""


async def measure(db: Database) -> None:
    """Count all accounts and set the gauges; raises `Refusal` when the database is away."""
    async with db.transaction() as tx:
        unswept = await gauges.unswept(tx)
        counts = await gauges.counts(tx, MOST_GROUPS)
    for kind, seconds in unswept.items():
        metrics.UNSWEPT_SECONDS.labels(kind).set(seconds)
    _show(metrics.ACCOUNTS, (((*_group(count), count.status), count.accounts) for count in counts))
    _show(metrics.ACCOUNTS_BY_UTILIZATION, (((*_group(count), str(count.band)), count.accounts) for count in counts))
    _show(metrics.ACCOUNTS_OVERSOLD, ((_group(count), count.oversold) for count in counts))
    _show(metrics.REVIEWS_OVERDUE, ((_group(count), count.reviews_overdue) for count in counts))
    _show(metrics.LIMITS_EXPIRING, ((_group(count), count.expiring) for count in counts))


def _group(count: Count) -> tuple[str, ...]:
    return (count.product, count.segment, count.sbu)


def _show(gauge: Gauge, values: Iterable[tuple[tuple[str, ...], int]]) -> None:
    sums: Counter[tuple[str, ...]] = Counter()
    for labels, value in values:
        sums[labels] += value
    # Groups come and go. Nothing reads between these lines: they run without waiting for anything.
    gauge.clear()
    for labels, number in sums.items():
        gauge.labels(*labels).set(number)
