"""Experiments on policies: how they are counted, and their report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.decision.domain.arms import Arm, broken
from services.decision.rulebooks import Rulebooks
from services.decision.store import experiments as figures
from shared.db import Database, Transaction, clock
from shared.errors import not_found
from shared.experiments.domain.contest import arm_of
from shared.experiments.domain.experiment import Experiment
from shared.experiments.domain.position import made_at
from shared.experiments.domain.stopping import Breach
from shared.experiments.handlers.experimenting import Counting
from shared.experiments.store import experiments


async def _broken(tx: Transaction, experiment: Experiment) -> list[Breach]:
    arms = await figures.arms(tx, experiment)
    return broken(experiment.trial.stop_rules, arms[arm_of(experiment.trial.test)].figures)


COUNTING: Final = Counting(figures.DECISIONS, figures.count, _broken)
"""How `shared.experiments` counts what policies decided."""


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """An experiment with what its arms decided, champion first, at the moment `now`; sums are in `currency`.

    Decisions are counted up to `counted_to`. `currency` is None when the product is not live any more.
    """

    experiment: Experiment
    arms: Sequence[Arm]
    currency: str | None
    counted_to: datetime
    now: datetime


async def report(db: Database, rulebooks: Rulebooks, experiment_id: str) -> ExperimentReport:
    """Return an experiment with its figures; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await experiments.find(tx, experiment_id)
        if found is None:
            raise not_found("experiment_not_found", "there is no such experiment")
        arms = await figures.arms(tx, found)
        book = (await rulebooks.take(tx, {found.product})).get(found.product)
        currency = None if book is None else book.product.currency
        now = await clock(tx)
        return ExperimentReport(found, tuple(arms.values()), currency, made_at(found.position), now)
