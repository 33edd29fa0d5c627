"""What limits acts on besides requests: events with the handler of each, and the passing of time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog

from services.limits import metrics
from services.limits.handlers import gauging, granting, items, rebuilding, reconciling, reminding, settling, terms
from services.limits.handlers.holds.gauging import measure as measure_holds
from shared.consumer import Subscription
from shared.contracts import decision
from shared.contracts.envelope import topic
from shared.db import Database
from shared.errors import Refusal

log = structlog.get_logger()

EXPIRY_BATCH: Final = 500
_PAUSE_SECONDS: Final = 1.0
_WATCH_SECONDS: Final = 30.0


def subscription(db: Database) -> Subscription:
    """Return limits' subscription."""
    return Subscription(
        group=granting.CONSUMER,
        topics=(topic(decision.AGGREGATE),),
        handlers={decision.Decided.type: (decision.Decided, partial(granting.grant_limits, db))},
    )


async def expire(db: Database) -> None:
    """Record reservations that have run out until cancelled; any number of processes may do so at once.

    Nothing waits for it: a reservation stops counting when its time is up, recorded or not.
    """
    await _keep_up("expiry_waits", lambda: settling.expire_due(db, EXPIRY_BATCH))


async def lapse(db: Database) -> None:
    """Enter limits that changed by the clock until cancelled; any number of processes may do so at once.

    Nothing waits for it: a limit holds from and up to its time, entered or not.
    """
    await _keep_up("lapse_waits", lambda: terms.lapse_due(db, EXPIRY_BATCH))


async def follow_defaults(db: Database) -> None:
    """Have accounts follow the defaults of their products until cancelled; any number of processes may do so."""
    await _keep_up("defaults_wait", lambda: terms.follow_defaults(db, EXPIRY_BATCH))


async def count_orders(db: Database) -> None:
    """Enter orders once they ship within the horizon until cancelled; any number of processes may do so at once."""
    await _keep_up("orders_wait", lambda: items.count_due(db, EXPIRY_BATCH))


async def watch(db: Database) -> None:
    """Tell what comes to its date, once, and set the gauges until cancelled; any number of processes may do so."""
    while True:
        try:
            while await reminding.tell_reviews(db, EXPIRY_BATCH) == EXPIRY_BATCH:
                pass
            await reminding.tell_expiring(db, EXPIRY_BATCH)
            await gauging.measure(db)
            await measure_holds(db)
        except Refusal as refusal:
            log.warning("watch_waits", cause=refusal.code)
        await asyncio.sleep(_WATCH_SECONDS)


async def reconcile(db: Database) -> None:
    """Compare all books, a few trees at a time, again and again until cancelled; what differs goes to log and gauge.

    It leaves twenty times the time that it takes to others.
    """
    found_before, walk = 0, reconciling.Round()
    while True:
        started = time.monotonic()
        try:
            found = await reconciling.walk_on(db, walk)
        except Refusal as refusal:
            log.warning("reconcile_waits", cause=refusal.code)
            found = []
        for difference in found or ():
            log.error("books_differ", kind=difference.kind, account_id=difference.account_id)
        if found is None:
            found_before, walk = walk.differences, reconciling.Round()
            metrics.RECONCILED_TIMESTAMP.set_to_current_time()
        metrics.RECONCILE_DIFFERENCES.set(max(found_before, walk.differences))
        least = _WATCH_SECONDS if found is None else _PAUSE_SECONDS
        await asyncio.sleep(max(least, 20 * (time.monotonic() - started)))


async def rebuild(db: Database) -> None:
    """Go on with rebuilds of exposure until cancelled; any number of processes may do so at once."""
    while True:
        try:
            is_under_way = await rebuilding.advance(db)
        except Refusal as refusal:
            log.warning("rebuild_waits", cause=refusal.code)
            is_under_way = False
        if not is_under_way:
            await asyncio.sleep(_PAUSE_SECONDS)


async def _keep_up(waits: str, step: Callable[[], Awaitable[int]]) -> None:
    """Take a step again and again, at once while there is a whole batch to do; an error is logged as `waits`."""
    while True:
        try:
            done = await step()
        except Refusal as refusal:
            log.warning(waits, cause=refusal.code)
            done = 0
        if done < EXPIRY_BATCH:
            await asyncio.sleep(_PAUSE_SECONDS)
