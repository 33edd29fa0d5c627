"""Shadow runs: other versions answer what the live one has answered, afterwards and out of its way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog
from prometheus_client import Counter

from shared.db import Database, Transaction, clock
from shared.experiments.domain.position import made_at
from shared.experiments.domain.shadow import Shadow
from shared.experiments.journal import Journal
from shared.experiments.store import progress, shadows
from shared.experiments.store.progress import Page
from shared.governance import store as versions
from shared.governance.domain import State

log = structlog.get_logger()

T = TypeVar("T")
"""What answers for a version: its document, made ready."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a page of answers was to a shadow: how many it answered the same and differently, and why it could not."""

    same: int = 0
    different: int = 0
    causes: Sequence[str] = ()
    """One for each that the shadow gave no answer to."""


@dataclass(frozen=True, slots=True)
class Shadowing(Generic[T]):
    """How a service lets its shadows answer.

    `load` returns what answers for a version, with what is live beside it. `answer` has that answer the rows of a page
    that are of the shadow's product, and stores what it answered; `compared` counts results by product: same,
    different, failed.
    """

    journal: Journal
    page_size: int
    load: Callable[[Transaction, Shadow], Awaitable[T]]
    answer: Callable[[Transaction, Shadow, T, Page], Awaitable[Compared]]
    compared: Counter


@dataclass(frozen=True, slots=True)
class Running(Generic[T]):
    """The shadows that run, each with what answers for it, and the moment up to which answers can be read.

    It stays good: who acts on one that is old only learns late of shadows and answers that came since.
    """

    shadows: Sequence[tuple[Shadow, T]]
    until: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at a page, and how many seconds old the oldest answer is that it left."""

    product: str
    compared: Compared
    lag_seconds: float


Tell = Callable[[Looked], None]


async def shadow_once(db: Database, shadowing: Shadowing[T], clock_skew: timedelta = progress.CLOCK_SKEW) -> bool:
    """Begin and end shadow runs as the life cycle says, and let each answer one page; tell whether all are done."""
    return await answer_pages(db, shadowing, await running_shadows(db, shadowing, clock_skew))


async def running_shadows(
    db: Database, shadowing: Shadowing[T], clock_skew: timedelta = progress.CLOCK_SKEW
) -> Running[T]:
    """Begin and end shadow runs as the life cycle says, and return those that run, ready to answer."""
    async with db.transaction() as tx:
        ready = [(shadow, await shadowing.load(tx, shadow)) for shadow in await _follow(tx, shadowing.journal)]
        return Running(ready, await progress.horizon(tx, clock_skew))


async def any_running(db: Database, journal: Journal) -> bool:
    """Begin and end shadow runs as the life cycle says, and tell whether any run."""
    async with db.transaction() as tx:
        return bool(await _follow(tx, journal))


async def answer_pages(db: Database, shadowing: Shadowing[T], ready: Running[T], tell: Tell | None = None) -> bool:
    """Let each shadow answer one page; tell whether all have answered everything up to the moment that was given."""
    looks = [await _answer_page(db, shadowing, shadow, answers, ready.until) for shadow, answers in ready.shadows]
    for looked, _ in looks:
        if looked is not None and tell is not None:
            tell(looked)
    return all(is_done for _, is_done in looks)


async def _follow(tx: Transaction, journal: Journal) -> Sequence[Shadow]:
    """Bring the shadow runs into step with the versions that are shadows, and return those that run."""
    wanted = {version.version_id: version for version in await versions.in_states(tx, [journal.kind], [State.SHADOW])}
    found = await shadows.all_running(tx)
    running = {shadow.version_id for shadow in found}
    if running == set(wanted):
        return found
    now = await clock(tx)
    for version_id in running - set(wanted):
        await shadows.end(tx, version_id, now)
    for version_id in sorted(set(wanted) - running):
        await shadows.begin(tx, version_id, wanted[version_id].name, now, journal.position_at(now))
    return await shadows.all_running(tx)


async def _answer_page(
    db: Database, shadowing: Shadowing[T], shadow: Shadow, answers: T, until: datetime
) -> tuple[Looked | None, bool]:
    """Let a version answer the next page; return what came of it, and whether there is nothing more for now.

    Answers and position are stored together, so that everything is answered once whatever dies in between.
    """
    async with db.transaction() as tx:
        position = await shadows.claim(tx, shadow.version_id)
        if position is None:
            return None, True
        page = await progress.next_page(tx, shadowing.journal, position, until, shadowing.page_size)
        compared = await shadowing.answer(tx, shadow, answers, page)
        if page.position != position:
            await shadows.advance(tx, shadow.version_id, page.position)
    if compared.causes:
        causes = sorted(set(compared.causes))
        log.warning("shadow_failed", version_id=shadow.version_id, answers=len(compared.causes), causes=causes)
    lag = timedelta() if page.is_last else until - made_at(page.position)
    return Looked(shadow.product, compared, lag.total_seconds()), page.is_last
