"""What the arms of experiments on policies decided."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text

from services.decision.domain.arms import Arm, ArmFigures
from services.decision.domain.outcome import Outcome
from shared.catalogue import EntryKind
from shared.db import Transaction
from shared.experiments.domain.contest import CHAMPION, arm_of
from shared.experiments.domain.experiment import Experiment
from shared.experiments.journal import Journal
from shared.experiments.store.progress import Page

DECISIONS: Final = Journal(EntryKind.POLICY, "decision", "decision_id", "dec")
"""What policies have answered."""

_COUNT: Final = text("""
    INSERT INTO arm_tally (experiment_id, arm, policy_version, policy_hash, outcome, decided, limit_minor)
    SELECT :experiment_id, arm, policy_version, policy_hash, outcome, count(*), coalesce(sum(approved_minor), 0)
    FROM decision
    WHERE decision_id > :after AND decision_id <= :last AND product = :product AND policy_hash IS NOT NULL
      AND arm IN (:champion, :challenger)
    GROUP BY arm, policy_version, policy_hash, outcome
    ON CONFLICT (experiment_id, arm, policy_version, policy_hash, outcome)
    DO UPDATE SET decided = arm_tally.decided + excluded.decided,
                  limit_minor = arm_tally.limit_minor + excluded.limit_minor
""")
_TALLIES: Final = text("""
    SELECT arm, policy_version, policy_hash, outcome, decided, limit_minor FROM arm_tally
    WHERE experiment_id = :experiment_id ORDER BY arm, policy_version, policy_hash, outcome
""")
_PERFORMANCE: Final = text("""
    SELECT arm, count(*) AS known, count(*) FILTER (WHERE bad) AS bad FROM performance
    WHERE product = :product AND arm IN (:champion, :challenger) AND decision_id > :first AND decision_id <= :last
    GROUP BY arm
""")


async def count(tx: Transaction, experiment: Experiment, page: Page) -> None:
    """Add the decisions of a page to the figures of an experiment; the caller holds its claim."""
    columns = {
        "experiment_id": experiment.experiment_id,
        "product": experiment.product,
        "after": page.after,
        "last": page.position,
        **_arms(experiment),
    }
    await tx.execute(_COUNT, columns)


async def arms(tx: Transaction, experiment: Experiment) -> dict[str, Arm]:
    """Return what the arms of an experiment have decided so far, and what became of it; both arms are there."""
    span = {
        "first": DECISIONS.position_at(experiment.started_at),
        "last": "dec_~" if experiment.count_until is None else experiment.count_until,
    }
    columns = {"product": experiment.product, **_arms(experiment)}
    known = {row.arm: (row.known, row.bad) for row in await tx.execute(_PERFORMANCE, {**columns, **span})}
    rows = (await tx.execute(_TALLIES, {"experiment_id": experiment.experiment_id})).all()
    return {
        name: _arm(name, [row for row in rows if row.arm == name], known.get(name, (0, 0)))
        for name in _arms(experiment).values()
    }


def _arm(name: str, rows: Sequence[Any], performance: tuple[int, int]) -> Arm:
    outcomes: dict[Outcome, int] = {}
    for row in rows:
        outcome = Outcome(row.outcome)
        outcomes[outcome] = outcomes.get(outcome, 0) + row.decided
    figures = ArmFigures(outcomes, sum(int(row.limit_minor) for row in rows), *performance)
    return Arm(name, figures, tuple(sorted({(row.policy_version, row.policy_hash) for row in rows})))


def _arms(experiment: Experiment) -> dict[str, str]:
    return {"champion": CHAMPION, "challenger": arm_of(experiment.trial.test)}
