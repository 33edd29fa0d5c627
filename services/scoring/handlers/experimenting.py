"""Experiments on models: how they are counted, and their report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from services.scoring.domain.arms import Arm, ArmFigures, broken
from services.scoring.domain.monitoring.outcome import BadDefinition
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.store import experiments as figures
from services.scoring.store.experiments import Outcomes
from shared.db import Database, Transaction, clock
from shared.errors import not_found
from shared.experiments.domain.contest import CHAMPION, arm_of
from shared.experiments.domain.experiment import Experiment
from shared.experiments.domain.position import made_at
from shared.experiments.domain.stopping import Breach
from shared.experiments.handlers.experimenting import Counting
from shared.experiments.store import experiments

OUTCOMES_SECONDS: Final = 60.0
"""How often outcomes are looked at. They come in once a day or a month, and reading them costs more than scores do."""


class StopRuleFigures:
    """The figures that stop rules are held against: scores as they are counted, outcomes of a while ago."""

    def __init__(self, plans: Plans, outcomes_seconds: float = OUTCOMES_SECONDS) -> None:
        self._plans = plans
        self._outcomes_seconds = outcomes_seconds
        self._outcomes: dict[str, tuple[float, tuple[int, int]]] = {}

    async def broken(self, tx: Transaction, experiment: Experiment) -> list[Breach]:
        """Return the stop rules that the challenger of an experiment breaks by now."""
        rules = experiment.trial.stop_rules
        if not rules.agreed:
            return []
        challenger = arm_of(experiment.trial.test)
        arms = await figures.arms(tx, experiment)
        counted = arms[challenger].figures
        if rules.max_bad_rate is not None:
            counted = counted.with_performance(*await self._known(tx, experiment, challenger))
        return broken(rules, arms[CHAMPION].figures, counted)

    async def _known(self, tx: Transaction, experiment: Experiment, arm: str) -> tuple[int, int]:
        now = monotonic()
        looked_at, known = self._outcomes.get(experiment.experiment_id, (float("-inf"), (0, 0)))
        if now - looked_at < self._outcomes_seconds:
            return known
        definition = self._plans.of(experiment.product).outcome
        known = _summed(await figures.performance(tx, experiment, arm, definition))
        self._outcomes[experiment.experiment_id] = (now, known)
        return known


def counting(plans: Plans, outcomes_seconds: float = OUTCOMES_SECONDS) -> Counting:
    """Return how `shared.experiments` counts what models scored."""
    return Counting(figures.SCORES, figures.count, StopRuleFigures(plans, outcomes_seconds).broken)


def _summed(outcomes: Outcomes) -> tuple[int, int]:
    return sum(outcomes.values()), sum(count for (_, bad), count in outcomes.items() if bad)


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """An experiment with what its arms scored, champion first, at the moment `now`.

    Scores are counted up to `counted_to`. `outcomes` tells what became of each arm's applications whose performance
    window by `definition` is over.
    """

    experiment: Experiment
    arms: Sequence[Arm]
    outcomes: Mapping[str, Outcomes]
    definition: BadDefinition
    counted_to: datetime
    now: datetime


async def report(db: Database, plans: Plans, experiment_id: str) -> ExperimentReport:
    """Return an experiment with its figures; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await experiments.find(tx, experiment_id)
        if found is None:
            raise not_found("experiment_not_found", "there is no such experiment")
        definition = plans.of(found.product).outcome
        arms = await figures.arms(tx, found)
        outcomes = {name: await figures.performance(tx, found, name, definition) for name in arms}
        now = await clock(tx)
    completed = [Arm(arm.name, _completed(arm.figures, outcomes[arm.name]), arm.models) for arm in arms.values()]
    return ExperimentReport(found, completed, outcomes, definition, made_at(found.position), now)


def _completed(counted: ArmFigures, outcomes: Outcomes) -> ArmFigures:
    return counted.with_performance(*_summed(outcomes))
