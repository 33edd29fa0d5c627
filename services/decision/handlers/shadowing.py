"""Shadow runs of policies: other versions answer what the live policy has decided, afterwards and out of its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from services.decision.domain.record import Rulebook
from services.decision.domain.shadow import Example, ShadowResult, Tally, shadowed
from services.decision.handlers.choosing import rulebook_at
from services.decision.metrics import SHADOW_DECISIONS
from services.decision.rulebooks import Rulebooks
from services.decision.store import shadows as answers
from services.decision.store.experiments import DECISIONS
from shared.db import Database, Transaction
from shared.errors import not_found
from shared.experiments.domain.shadow import Shadow
from shared.experiments.handlers.shadowing import Compared, Shadowing
from shared.experiments.store import shadows
from shared.experiments.store.progress import Page

PAGE_SIZE: Final = 200


def shadowing(rulebooks: Rulebooks) -> Shadowing[Rulebook | None]:
    """Return how `shared.experiments` lets policies answer in the shadow."""
    return Shadowing(DECISIONS, PAGE_SIZE, partial(_load, rulebooks), _answer, SHADOW_DECISIONS)


async def _load(rulebooks: Rulebooks, tx: Transaction, shadow: Shadow) -> Rulebook | None:
    return await rulebook_at(tx, rulebooks, shadow.product, shadow.revision)


async def _answer(tx: Transaction, shadow: Shadow, book: Rulebook | None, page: Page) -> Compared:
    results = [
        entry if isinstance(entry, ShadowResult) else shadowed(entry, book)
        for entry in await answers.answered(tx, page, shadow.product)
    ]
    await answers.keep(tx, shadow.version_id, results)
    causes = [result.error for result in results if result.error is not None]
    different = sum(1 for result in results if result.differs)
    return Compared(len(results) - different - len(causes), different, causes)


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
