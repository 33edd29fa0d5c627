"""Shadow runs: other versions answer what the live one has answered, afterwards and out of its way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog
from prometheus_client import Counter

from shared.db import Database, Transaction
from shared.errors import Refusal
from shared.experiments.domain.position import made_at
from shared.experiments.domain.shadow import Shadow
from shared.experiments.journal import Journal
from shared.experiments.metrics import SHADOW_LAG
from shared.experiments.store import progress, shadows
from shared.experiments.store.progress import Page
from shared.governance import store as versions
from shared.governance.domain import State, Version

log = structlog.get_logger()

_IDLE_SECONDS: Final = 1.0
_REST_RATIO: Final = 3.0
"""Three quarters of the time a shadow rests, however much it has to catch up: the worker has applications to answer."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a page of answers was to a shadow: how many it answered the same and differently, and why it could not."""

    same: int = 0
    different: int = 0
    causes: Sequence[str] = ()
    """One for each that the shadow gave no answer to."""


@dataclass(frozen=True, slots=True)
class Shadowing:
    """How a service lets its shadows answer.

    `answer` has a version answer the rows of a page that are of the shadow's product, and stores what it answered;
    `compared` counts results by product: same, different, failed.
    """

    journal: Journal
    page_size: int
    answer: Callable[[Transaction, Shadow, Version, Page], Awaitable[Compared]]
    compared: Counter


async def run_shadows(db: Database, shadowing: Shadowing, clock_skew: timedelta = progress.CLOCK_SKEW) -> None:
    """Go on shadowing for good; an error that passes (the database is away) is logged, and what was missed is read."""
    while True:
        started = monotonic()
        try:
            is_done = await shadow_once(db, shadowing, clock_skew)
        except Refusal as refusal:
            log.warning("shadowing_interrupted", code=refusal.code)
            is_done = True
        await asyncio.sleep(_IDLE_SECONDS if is_done else (monotonic() - started) * _REST_RATIO)


async def shadow_once(db: Database, shadowing: Shadowing, clock_skew: timedelta) -> bool:
    """Begin and end shadow runs as the life cycle says, and let each answer one page; tell whether all are done."""
    async with db.transaction() as tx:
        await _follow(tx, shadowing.journal)
        running = await shadows.all_running(tx)
    return all([await _answer_page(db, shadowing, shadow.version_id, clock_skew) for shadow in running])


async def _follow(tx: Transaction, journal: Journal) -> None:
    """Keep the shadow runs in step with the versions that are shadows."""
    wanted = {version.version_id: version for version in await versions.in_states(tx, [journal.kind], [State.SHADOW])}
    running = {shadow.version_id for shadow in await shadows.all_running(tx)}
    if running == set(wanted):
        return
    now = await versions.now(tx)
    for version_id in running - set(wanted):
        await shadows.end(tx, version_id, now)
    for version_id in sorted(set(wanted) - running):
        await shadows.begin(tx, version_id, wanted[version_id].name, now, journal.position_at(now))


async def _answer_page(db: Database, shadowing: Shadowing, version_id: str, clock_skew: timedelta) -> bool:
    """Let a version answer the next page; tell whether there is nothing more for now.

    Answers and position are stored together, so that everything is answered once whatever dies in between.
    """
    async with db.transaction() as tx:
        await progress.commit_lazily(tx)
        shadow = await shadows.claim(tx, version_id)
        version = await versions.find(tx, version_id)
        if shadow is None or version is None:
            return True
        until = await progress.horizon(tx, clock_skew)
        page = await progress.next_page(tx, shadowing.journal, shadow.position, until, shadowing.page_size)
        compared = await shadowing.answer(tx, shadow, version, page)
        await shadows.advance(tx, version_id, page.position)
    _tell(shadowing, shadow, compared)
    lag = timedelta() if page.is_last else until - made_at(page.position)
    SHADOW_LAG.labels(shadow.product).set(lag.total_seconds())
    return page.is_last


def _tell(shadowing: Shadowing, shadow: Shadow, compared: Compared) -> None:
    shadowing.compared.labels(shadow.product, "same").inc(compared.same)
    shadowing.compared.labels(shadow.product, "different").inc(compared.different)
    shadowing.compared.labels(shadow.product, "failed").inc(len(compared.causes))
    if compared.causes:
        causes = sorted(set(compared.causes))
        log.warning("shadow_failed", version_id=shadow.version_id, answers=len(compared.causes), causes=causes)
