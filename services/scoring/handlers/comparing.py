"""A model that is tried beside the champion: the whole comparison, for people."""

import asyncio

from services.scoring.domain.monitoring.comparison import (
    Comparison,
    Side,
    independent_difference,
    of_difference,
    paired_scores,
    side_of,
)
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.domain.monitoring.rounding import estimate
from services.scoring.handlers import experimenting, shadowing
from services.scoring.handlers.experimenting import ExperimentReport
from services.scoring.handlers.shadowing import ShadowReport
from shared.db import Database


async def compare_shadow(db: Database, plans: Plans, version_id: str) -> Comparison:
    """Return a shadow beside the champion, on the same applications; raises `Refusal` with 404."""
    return _paired(await shadowing.report(db, plans, version_id, examples=0))


async def compare_arms(db: Database, plans: Plans, experiment_id: str) -> Comparison:
    """Return a challenger beside the champion, each on its own applications; raises `Refusal` with 404."""
    return await asyncio.to_thread(_unpaired, await experimenting.report(db, plans, experiment_id))


def _paired(found: ShadowReport) -> Comparison:
    scores, known = paired_scores(found.tallies), found.discrimination
    matured, bads = (0, 0) if known is None else (known.applications, known.bads)
    areas = (None, None) if known is None else (estimate(known.live), estimate(known.shadow))
    difference, p_value = (None, None) if known is None else of_difference(known.difference)
    return Comparison(
        product=found.shadow.product,
        subject=f"shadow {found.shadow.version_id}",
        started_at=found.shadow.started_at,
        ended_at=found.shadow.ended_at,
        is_paired=True,
        definition=found.definition,
        sides=(
            Side("champion", scores.scored, scores.live_mean, matured, bads, areas[0]),
            Side("shadow", scores.scored, scores.shadow_mean, matured, bads, areas[1]),
        ),
        difference=difference,
        p_value=p_value,
        shift=scores.shift,
        mean_distance=scores.mean_distance,
        same_reasons=scores.same_reasons,
        same_first_reason=scores.same_first_reason,
    )


def _unpaired(found: ExperimentReport) -> Comparison:
    (first, one), (second, two) = (side_of(arm, found.outcomes[arm.name]) for arm in found.arms)
    known = None if one is None or two is None else of_difference(independent_difference(one, two))
    return Comparison(
        product=found.experiment.product,
        subject=f"test {found.experiment.trial.test}",
        started_at=found.experiment.started_at,
        ended_at=found.experiment.ended_at,
        is_paired=False,
        definition=found.definition,
        sides=(first, second),
        difference=None if known is None else known[0],
        p_value=None if known is None else known[1],
    )
