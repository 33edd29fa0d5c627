"""Shadow runs: other versions answer what the live policy has decided, afterwards and out of its way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog

from services.decision.domain.position import made_at, position_at
from services.decision.domain.record import Decision, Rulebook
from services.decision.domain.shadow import Example, Shadow, ShadowResult, Tally, shadowed
from services.decision.handlers.choosing import rulebook_at
from services.decision.metrics import SHADOW_DECISIONS, SHADOW_LAG
from services.decision.rulebooks import Rulebooks
from services.decision.store import progress, shadows
from services.decision.store.decisions import Unreadable
from shared.catalogue import EntryKind
from shared.db import Database, Transaction
from shared.errors import Refusal, not_found
from shared.governance import store as versions
from shared.governance.domain import State

log = structlog.get_logger()

PAGE_SIZE: Final = 100
_AT_A_TIME: Final = 8
_IDLE_SECONDS: Final = 1.0
_REST_RATIO: Final = 3.0
"""Three quarters of the time a shadow rests, however much it has to catch up: the worker decides applications too."""


_POLICIES: Final = (EntryKind.POLICY,)
_UNREADABLE: Final = "unreadable"


async def shadow_decisions(db: Database, clock_skew: timedelta = progress.CLOCK_SKEW) -> None:
    """Go on shadowing for good; an error that passes (the database is away) is logged, and what was missed is read."""
    rulebooks = Rulebooks()
    while True:
        started = monotonic()
        try:
            is_done = await shadow_once(db, rulebooks, clock_skew)
        except Refusal as refusal:
            log.warning("shadowing_interrupted", code=refusal.code)
            is_done = True
        await asyncio.sleep(_IDLE_SECONDS if is_done else (monotonic() - started) * _REST_RATIO)


async def shadow_once(db: Database, rulebooks: Rulebooks, clock_skew: timedelta) -> bool:
    """Begin and end shadow runs as the life cycle says, and let each answer one page; tell whether all are done."""
    async with db.transaction() as tx:
        await _follow(tx)
        running = await shadows.all_running(tx)
    return all([await _answer_page(db, rulebooks, shadow.version_id, clock_skew) for shadow in running])


async def _follow(tx: Transaction) -> None:
    """Keep the shadow runs in step with the versions that are shadows."""
    wanted = {version.version_id: version for version in await versions.in_states(tx, _POLICIES, [State.SHADOW])}
    running = {shadow.version_id for shadow in await shadows.all_running(tx)}
    if running == set(wanted):
        return
    now = await versions.now(tx)
    for version_id in running - set(wanted):
        await shadows.end(tx, version_id, now)
    for version_id in sorted(set(wanted) - running):
        await shadows.begin(tx, version_id, wanted[version_id].name, now, position_at(now))


async def _answer_page(db: Database, rulebooks: Rulebooks, version_id: str, clock_skew: timedelta) -> bool:
    """Let a version answer the next page of decisions; tell whether there is nothing more for now.

    Answers and position are stored together, so that every decision is answered once whatever dies in between.
    """
    async with db.transaction() as tx:
        await progress.commit_lazily(tx)
        shadow = await shadows.claim(tx, version_id)
        version = await versions.find(tx, version_id)
        if shadow is None or version is None:
            return True
        until = await progress.horizon(tx, clock_skew)
        page = await progress.next_page(tx, shadow.position, until, PAGE_SIZE)
        made = await progress.decisions_of(tx, page, shadow.product)
        book = await rulebook_at(tx, rulebooks, shadow.product, version.number) if made else None
        results = await _answers(made, book)
        await shadows.keep(tx, version_id, results, page.position)
    _tell(shadow, results)
    lag = timedelta() if page.is_last else until - made_at(page.position)
    SHADOW_LAG.labels(shadow.product).set(lag.total_seconds())
    return page.is_last


async def _answers(made: Sequence[Decision | Unreadable], book: Rulebook | None) -> list[ShadowResult]:
    results: list[ShadowResult] = []
    for number, decision in enumerate(made):
        if number % _AT_A_TIME == 0:
            # Whoever else waits in this process goes first.
            await asyncio.sleep(0)
        if isinstance(decision, Unreadable):
            results.append(ShadowResult(decision.decision_id, _UNREADABLE, None, None, error=_UNREADABLE))
        else:
            results.append(shadowed(decision, book))
    return results


def _tell(shadow: Shadow, results: Sequence[ShadowResult]) -> None:
    failed = [result for result in results if result.error is not None]
    different = sum(1 for result in results if result.differs)
    SHADOW_DECISIONS.labels(shadow.product, "same").inc(len(results) - different - len(failed))
    SHADOW_DECISIONS.labels(shadow.product, "different").inc(different)
    SHADOW_DECISIONS.labels(shadow.product, "failed").inc(len(failed))
    if failed:
        causes = sorted({str(result.error) for result in failed})
        log.warning("shadow_failed", version_id=shadow.version_id, decisions=len(failed), causes=causes)


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How a shadow has answered so far: counts by both outcomes, and the newest decisions on which it differs.

    Sums are in `currency`, which is None when the product is not live any more.
    """

    shadow: Shadow
    currency: str | None
    tallies: Sequence[Tally]
    examples: Sequence[Example]


async def report(db: Database, rulebooks: Rulebooks, version_id: str, examples: int) -> ShadowReport:
    """Return what a shadow has answered; raises `Refusal` with 404 for a version that never was one."""
    async with db.transaction() as tx:
        shadow = await shadows.find(tx, version_id)
        if shadow is None:
            raise not_found("shadow_not_found", "this version has not been a shadow")
        book = (await rulebooks.take(tx, {shadow.product})).get(shadow.product)
        currency = None if book is None else book.product.currency
        found = await shadows.examples(tx, version_id, examples)
        return ShadowReport(shadow, currency, await shadows.tallies(tx, version_id), found)
