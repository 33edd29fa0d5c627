"""Shadow runs: other versions answer what the live one has answered, afterwards and out of its way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from prometheus_client import Counter

from shared.db import Database, Transaction
from shared.experiments.domain.position import made_at
from shared.experiments.domain.shadow import Shadow
from shared.experiments.journal import Journal
from shared.experiments.store import progress, shadows
from shared.experiments.store.progress import Page
from shared.governance import store as versions
from shared.governance.domain import State, Version

log = structlog.get_logger()


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


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at a page, and how many seconds old the oldest answer is that it left."""

    product: str
    compared: Compared
    lag_seconds: float


Tell = Callable[[Looked], None]


async def shadow_once(
    db: Database, shadowing: Shadowing, clock_skew: timedelta = progress.CLOCK_SKEW, tell: Tell | None = None
) -> bool:
    """Begin and end shadow runs as the life cycle says, and let each answer one page; tell whether all are done."""
    running = await running_shadows(db, shadowing.journal)
    looks = [await _answer_page(db, shadowing, shadow.version_id, clock_skew) for shadow in running]
    for looked, _ in looks:
        if looked is not None and tell is not None:
            tell(looked)
    return all(is_done for _, is_done in looks)


async def running_shadows(db: Database, journal: Journal) -> list[Shadow]:
    """Begin and end shadow runs as the life cycle says, and return those that run."""
    async with db.transaction() as tx:
        await _follow(tx, journal)
        return list(await shadows.all_running(tx))


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


async def _answer_page(
    db: Database, shadowing: Shadowing, version_id: str, clock_skew: timedelta
) -> tuple[Looked | None, bool]:
    """Let a version answer the next page; return what came of it, and whether there is nothing more for now.

    Answers and position are stored together, so that everything is answered once whatever dies in between.
    """
    async with db.transaction() as tx:
        await progress.commit_lazily(tx)
        shadow = await shadows.claim(tx, version_id)
        version = await versions.find(tx, version_id)
        if shadow is None or version is None:
            return None, True
        until = await progress.horizon(tx, clock_skew)
        page = await progress.next_page(tx, shadowing.journal, shadow.position, until, shadowing.page_size)
        compared = await shadowing.answer(tx, shadow, version, page)
        await shadows.advance(tx, version_id, page.position)
    if compared.causes:
        causes = sorted(set(compared.causes))
        log.warning("shadow_failed", version_id=version_id, answers=len(compared.causes), causes=causes)
    lag = timedelta() if page.is_last else until - made_at(page.position)
    return Looked(shadow.product, compared, lag.total_seconds()), page.is_last
