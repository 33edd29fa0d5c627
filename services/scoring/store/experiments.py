"""What the arms of experiments on models scored, and what became of those applications."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.arms import Arm, ArmFigures
from services.scoring.domain.monitoring.outcome import BadDefinition
from services.scoring.store.maturity import MATURE_OUTCOME, over_before
from shared.catalogue import EntryKind
from shared.db import Transaction
from shared.experiments.domain.contest import CHAMPION, arm_of
from shared.experiments.domain.experiment import Experiment
from shared.experiments.journal import Journal
from shared.experiments.store.progress import Page

SCORES: Final = Journal(EntryKind.SCORECARD, "score", "score_id", "scr")
"""What models have answered."""

# Facts that don't fit the product are no failure of a model.
_COUNT: Final = text("""
    INSERT INTO arm_tally (experiment_id, arm, model_version, model_hash, scored, failed, score_sum, square_sum)
    SELECT :experiment_id, arm, coalesce(model_version, 0), coalesce(model_hash, ''), count(score),
           count(*) - count(score), coalesce(sum(score), 0), coalesce(sum(CAST(score AS numeric) * score), 0)
    FROM score
    WHERE score_id > :after AND score_id <= :last AND product = :product AND arm IN (:champion, :challenger)
      AND failure IS DISTINCT FROM 'invalid_facts'
    GROUP BY arm, coalesce(model_version, 0), coalesce(model_hash, '')
    ON CONFLICT (experiment_id, arm, model_version, model_hash)
    DO UPDATE SET scored = arm_tally.scored + excluded.scored,
                  failed = arm_tally.failed + excluded.failed,
                  score_sum = arm_tally.score_sum + excluded.score_sum,
                  square_sum = arm_tally.square_sum + excluded.square_sum
""")
_TALLIES: Final = text("""
    SELECT arm, model_version, model_hash, scored, failed, score_sum, square_sum FROM arm_tally
    WHERE experiment_id = :experiment_id ORDER BY arm, model_version, model_hash
""")
_PERFORMANCE: Final = text(f"""
    SELECT s.score, o.bad, count(*) AS applications FROM (
        SELECT DISTINCT ON (application_id) application_id, score, scored_at FROM (
            SELECT score_id, application_id, score, scored_at FROM score
            WHERE product = :product AND arm = :arm AND score_id > :first AND score_id <= :last AND score IS NOT NULL
            ORDER BY score_id DESC LIMIT :limit
        ) AS newest ORDER BY application_id, score_id DESC
    ) AS s {MATURE_OUTCOME}
    WHERE o.bad IS NOT NULL
    GROUP BY s.score, o.bad
""")  # noqa: S608 - no input

MOST_SCORES: Final = 100_000
"""So many scores of an arm are looked at for outcomes, the newest: more would tell hardly more, and take longer."""

Outcomes = Mapping[tuple[int, bool], int]
"""How many applications have each (score, is bad)."""


async def count(tx: Transaction, experiment: Experiment, page: Page) -> None:
    """Add the scores of a page to the figures of an experiment; the caller holds its claim."""
    columns = {
        "experiment_id": experiment.experiment_id,
        "product": experiment.product,
        "after": page.after,
        "last": page.position,
        "champion": CHAMPION,
        "challenger": arm_of(experiment.trial.test),
    }
    await tx.execute(_COUNT, columns)


async def arms(tx: Transaction, experiment: Experiment) -> dict[str, Arm]:
    """Return what the arms of an experiment have scored so far, champion first; both are there."""
    rows = (await tx.execute(_TALLIES, {"experiment_id": experiment.experiment_id})).all()
    return {
        name: _arm(name, [row for row in rows if row.arm == name]) for name in (CHAMPION, arm_of(experiment.trial.test))
    }


async def performance(tx: Transaction, experiment: Experiment, arm: str, definition: BadDefinition) -> Outcomes:
    """Return what became of the applications of an arm whose performance window is over, as far as it was reported.

    Of several scores of an application on the arm the last one counts.
    """
    over = SCORES.position_at(await over_before(tx, definition))
    columns = {
        "product": experiment.product,
        "arm": arm,
        "first": SCORES.position_at(experiment.started_at),
        "last": over if experiment.count_until is None else min(over, experiment.count_until),
        "limit": MOST_SCORES,
        "definition": definition.name,
        "window_months": definition.window_months,
    }
    return {(row.score, row.bad): row.applications for row in await tx.execute(_PERFORMANCE, columns)}


def _arm(name: str, rows: Sequence[Any]) -> Arm:
    figures = ArmFigures(
        scored=sum(row.scored for row in rows),
        failed=sum(row.failed for row in rows),
        score_sum=sum(int(row.score_sum) for row in rows),
        square_sum=sum(int(row.square_sum) for row in rows),
    )
    models = {(row.model_version, row.model_hash) for row in rows if row.model_hash}
    return Arm(name, figures, tuple(sorted(models)))
