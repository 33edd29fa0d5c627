"""What intake acts on besides requests: events with the handler of each, and the passing of time."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog

from services.intake.domain.retention import Policy
from services.intake.files import Files
from services.intake.files.scanner import Scanner
from services.intake.handlers import CONSUMER, applications, clocks, match_cases, retaining, reviews
from services.intake.handlers.documents import sweeping
from services.intake.vault import Vault
from shared.catalogue import keep_products
from shared.consumer import Subscription
from shared.contracts import decision, limits
from shared.contracts.envelope import topic
from shared.db import Database
from shared.errors import Refusal

log = structlog.get_logger()

SWEEP_BATCH: Final = 100
REVIEW_BATCH: Final = 1_000
_PAUSE_SECONDS: Final = 1.0
_WATCH_SECONDS: Final = 30.0
_RETAIN_SECONDS: Final = 3600.0


def subscription(db: Database) -> Subscription:
    """Return intake's subscription."""
    return Subscription(
        group=CONSUMER,
        topics=(topic(decision.AGGREGATE), topic(decision.PRODUCT_AGGREGATE), topic(limits.AGGREGATE)),
        handlers={
            decision.Decided.type: (decision.Decided, partial(applications.record_decisions, db)),
            decision.ProductPublished.type: (decision.ProductPublished, partial(keep_products, db, CONSUMER)),
            limits.LimitGranted.type: (limits.LimitGranted, partial(applications.record_limits, db)),
        },
    )


async def scan_documents(db: Database, vault: Vault, files: Files, scanner: Scanner | None) -> None:
    """Scan documents that could not be scanned when they came until cancelled; any number of processes may do so."""

    async def scan() -> int:
        await sweeping.measure(db)
        return 0 if scanner is None else await sweeping.scan_waiting(db, vault, files, scanner, SWEEP_BATCH)

    await _keep_up("scans_wait", scan)


async def sweep_documents(db: Database, files: Files) -> None:
    """Give up what was never completed and remove content that is to go until cancelled; any number may do so."""

    async def sweep() -> int:
        lapsed = await sweeping.lapse_pending(db, SWEEP_BATCH)
        return max(lapsed, await sweeping.remove_content(db, files, SWEEP_BATCH))

    await _keep_up("documents_not_swept", sweep)


async def watch_match_cases(db: Database) -> None:
    """Set the gauges of match cases until cancelled; any number of processes may do so at once."""
    while True:
        try:
            await match_cases.measure(db)
        except Refusal as refusal:
            log.warning("match_cases_not_counted", cause=refusal.code)
        await asyncio.sleep(_WATCH_SECONDS)


async def open_reviews(db: Database) -> None:
    """Open the reviews that moved indicators ask for until cancelled; any number of processes may do so at once."""
    await _keep_up("reviews_wait", lambda: reviews.spread(db, REVIEW_BATCH))


async def watch_file(db: Database) -> None:
    """Set the gauges of reviews, indicators and legal holds until cancelled; any number of processes may do so."""
    while True:
        try:
            await reviews.measure(db)
            await retaining.measure(db)
        except Refusal as refusal:
            log.warning("file_not_measured", cause=refusal.code)
        await asyncio.sleep(_WATCH_SECONDS)


async def retain(db: Database, policy: Policy) -> None:
    """Delete what has run out, again and again until cancelled; any number of processes may do so at once."""
    while True:
        walk = retaining.Walk()
        try:
            while not walk.is_over:
                await retaining.step(db, policy, walk, SWEEP_BATCH)
        except Refusal as refusal:
            log.warning("retention_waits", cause=refusal.code)
        await asyncio.sleep(_RETAIN_SECONDS)


async def watch_clocks(db: Database) -> None:
    """Tell of terms that are near, close what was not completed in time, and set the gauges until cancelled.

    Any number of processes may do so at once.
    """
    while True:
        try:
            while await clocks.tell_warnings(db, SWEEP_BATCH) == SWEEP_BATCH:
                pass
            while await clocks.close_incomplete(db, SWEEP_BATCH) == SWEEP_BATCH:
                pass
            await clocks.measure(db)
        except Refusal as refusal:
            log.warning("clocks_wait", cause=refusal.code)
        await asyncio.sleep(_WATCH_SECONDS)


async def _keep_up(waits: str, step: Callable[[], Awaitable[int]]) -> None:
    """Take a step again and again, at once while there is a whole batch to do; an error is logged as `waits`."""
    while True:
        try:
            done = await step()
        except Refusal as refusal:
            log.warning(waits, cause=refusal.code)
            done = 0
        if done < SWEEP_BATCH:
            await asyncio.sleep(_PAUSE_SECONDS)
