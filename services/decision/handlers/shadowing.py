"""Shadow runs of policies: other versions answer what the live policy has decided, afterwards and out of its way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from services.decision.domain.record import Decision, Rulebook
from services.decision.domain.shadow import Example, ShadowResult, Tally, shadowed
from services.decision.handlers.choosing import rulebook_at
from services.decision.metrics import SHADOW_DECISIONS
from services.decision.rulebooks import Rulebooks
from services.decision.store import shadows as answers
from services.decision.store.decisions import Unreadable
from services.decision.store.experiments import DECISIONS
from shared.db import Database, Transaction
from shared.errors import not_found
from shared.experiments.domain.shadow import Shadow
from shared.experiments.handlers.shadowing import Compared, Shadowing
from shared.experiments.store import shadows
from shared.experiments.store.progress import Page
from shared.governance.domain import Version

PAGE_SIZE: Final = 100
_AT_A_TIME: Final = 8
_UNREADABLE: Final = "unreadable"


def shadowing(rulebooks: Rulebooks) -> Shadowing:
    """Return how `shared.experiments` lets policies answer in the shadow."""
    return Shadowing(DECISIONS, PAGE_SIZE, partial(_answer, rulebooks), SHADOW_DECISIONS)


async def _answer(rulebooks: Rulebooks, tx: Transaction, shadow: Shadow, version: Version, page: Page) -> Compared:
    made = await answers.answered(tx, page, shadow.product)
    book = await rulebook_at(tx, rulebooks, shadow.product, version.number) if made else None
    results = await _answers(made, book)
    await answers.keep(tx, shadow.version_id, results)
    causes = [result.error for result in results if result.error is not None]
    different = sum(1 for result in results if result.differs)
    return Compared(len(results) - different - len(causes), different, causes)


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
        found = await answers.examples(tx, version_id, examples)
        return ShadowReport(shadow, currency, await answers.tallies(tx, version_id), found)
