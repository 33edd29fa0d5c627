"""Shadow runs of models: other versions score what the live model has scored, afterwards and out of its way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from services.scoring.domain.measures.discrimination import Difference, auc_difference, auc_interval
from services.scoring.domain.measures.distributions import Interval
from services.scoring.domain.monitoring.outcome import BadDefinition
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.domain.result import Model
from services.scoring.domain.shadow import Example, ScorePair, Tally, shadowed
from services.scoring.handlers.choosing import model_at, model_shelf
from services.scoring.metrics import SHADOW_SCORES
from services.scoring.store import shadows as answers
from services.scoring.store.experiments import SCORES
from services.scoring.store.maturity import over_before
from shared.catalogue import Shelf
from shared.db import Database, Transaction
from shared.errors import not_found
from shared.experiments.domain.shadow import Shadow
from shared.experiments.handlers.shadowing import Compared, Shadowing
from shared.experiments.store import shadows
from shared.experiments.store.progress import Page

PAGE_SIZE: Final = 500


def shadowing() -> Shadowing[Model | None]:
    """Return how `shared.experiments` lets models score in the shadow."""
    return Shadowing(SCORES, PAGE_SIZE, partial(_load, model_shelf()), _answer, SHADOW_SCORES)


async def _load(shelf: Shelf[Model | None], tx: Transaction, shadow: Shadow) -> Model | None:
    return await model_at(tx, shelf, shadow.product, shadow.revision)


async def _answer(tx: Transaction, shadow: Shadow, model: Model | None, page: Page) -> Compared:
    results = [shadowed(given, model) for given in await answers.given(tx, page, shadow.product)]
    await answers.keep(tx, shadow.version_id, results)
    beside_champion = [result for result in results if not result.given.is_challengers]
    causes = [str(result.failure) for result in beside_champion if result.has_failed]
    different = sum(1 for result in beside_champion if result.differs and not result.has_failed)
    return Compared(len(beside_champion) - different - len(causes), different, causes)


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well champion and shadow order the same applications by what became of them.

    `difference` is the shadow's AUC less the champion's.
    """

    applications: int
    bads: int
    live: Interval
    shadow: Interval
    difference: Difference


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How a shadow has scored so far: counts by both bands, and the newest applications on which it differs.

    `discrimination` is on the newest `MOST_PAIRS` of those whose performance window by `definition` is over, as far as
    their outcomes are known; None until there are goods and bads.
    """

    shadow: Shadow
    tallies: Sequence[Tally]
    examples: Sequence[Example]
    definition: BadDefinition
    discrimination: Discrimination | None


async def report(db: Database, plans: Plans, version_id: str, examples: int) -> ShadowReport:
    """Return what a shadow has scored; raises `Refusal` with 404 for a version that never was one."""
    async with db.transaction() as tx:
        shadow = await shadows.find(tx, version_id)
        if shadow is None:
            raise not_found("shadow_not_found", "this version has not been a shadow")
        definition = plans.of(shadow.product).outcome
        tallies = await answers.tallies(tx, version_id)
        found = await answers.examples(tx, version_id, examples)
        over = await over_before(tx, definition)
        pairs = await answers.score_pairs(tx, version_id, shadow.started_at, definition, over)
    return ShadowReport(shadow, tallies, found, definition, await asyncio.to_thread(discrimination, pairs))


def discrimination(pairs: Sequence[ScorePair]) -> Discrimination | None:
    """Return how well both scores order the pairs that have an outcome; None unless there are goods and bads."""
    known = [(pair.live, pair.shadow, pair.bad) for pair in pairs if pair.bad is not None]
    bads = [bad for *_, bad in known]
    if not any(bads) or all(bads):
        return None
    live, shadow = [score for score, *_ in known], [score for _, score, _ in known]
    return Discrimination(
        applications=len(known),
        bads=sum(bads),
        live=auc_interval(zip(live, bads, strict=True)),
        shadow=auc_interval(zip(shadow, bads, strict=True)),
        difference=auc_difference(shadow, live, bads),
    )
