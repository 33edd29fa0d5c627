"""HTTP in: shadow runs of models."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from services.scoring.api.measured import IntervalReply, interval_reply
from services.scoring.domain.measures.stability import stability
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.domain.monitoring.rounding import six_places
from services.scoring.domain.shadow import BAND_POINTS, Example, ShownScore, Tally
from services.scoring.handlers import shadowing
from services.scoring.handlers.shadowing import Discrimination, ShadowReport
from shared.db import Database
from shared.experiments.replies import rate
from shared.http import StrictRoute, operation, reply


class BandReply(BaseModel):
    """How many applications both models scored within one band: from a score, included, to `below`."""

    score_from: int
    below: int
    live: int
    shadow: int


class ShiftReply(BaseModel):
    """The population stability index of the shadow's scores against the champion's, and what chance makes of it."""

    value: str
    critical_95: str
    critical_99: str


class DifferenceInAucReply(BaseModel):
    """The shadow's AUC less the champion's on the same applications, with interval and p-value (DeLong)."""

    estimate: str
    low: str
    high: str
    p_value: str


class DiscriminationReply(BaseModel):
    """How well both order the applications whose performance window is over and whose outcome is known."""

    applications: int
    bads: int
    live_auc: IntervalReply
    shadow_auc: IntervalReply
    difference: DifferenceInAucReply


class ShownScoreReply(BaseModel):
    """One of two answers to the same application."""

    score: int | None
    grade: str | None
    reasons: list[str]
    failure: str | None


class DifferingReply(BaseModel):
    """An application on which the shadow differs, and in which parts."""

    application_id: str
    scored_at: datetime
    differs: list[str]
    live: ShownScoreReply
    shadow: ShownScoreReply


class ShadowReply(BaseModel):
    """How a shadow has scored what the champion scored so far. It has no part in any score.

    `answered` applications are `same`, `different`, or `failed` where only the shadow gave no score. Means, reasons,
    bands and shift are of the `scored` ones, which both gave a score. `discrimination` waits for outcomes by `outcome`.
    """

    version_id: str
    product: str
    started_at: datetime
    ended_at: datetime | None
    answered: int
    same: int
    different: int
    failed: int
    scored: int
    live_mean: str | None
    shadow_mean: str | None
    mean_distance: str | None
    same_reasons: str | None
    same_first_reason: str | None
    bands: list[BandReply]
    shift: ShiftReply | None
    outcome: str
    discrimination: DiscriminationReply | None
    examples: list[DifferingReply]


def shadow_router(db: Database, plans: Plans) -> APIRouter:
    """Return the routes of shadow runs."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["experiments"])

    @routes.get("/shadows/{version_id}", **operation("catalogue:read", replies={200: ShadowReply}))
    async def get_shadow(version_id: str, examples: Annotated[int, Query(ge=0, le=100)] = 20) -> Response:
        """Return how a version in the shadow scored what the live model scored."""
        return reply(_shadow(await shadowing.report(db, plans, version_id, examples)))

    return routes


def _shadow(found: ShadowReport) -> ShadowReply:
    scored = [tally for tally in found.tallies if tally.live_band is not None and tally.shadow_band is not None]
    failed = [tally for tally in found.tallies if tally.live_band is not None and tally.shadow_band is None]
    answered = sum(tally.answered for tally in found.tallies)
    failures = sum(tally.answered for tally in failed)
    different = sum(tally.differing for tally in found.tallies) - failures
    both = sum(tally.answered for tally in scored)
    bands = _bands(scored)
    return ShadowReply(
        version_id=found.shadow.version_id,
        product=found.shadow.product,
        started_at=found.shadow.started_at,
        ended_at=found.shadow.ended_at,
        answered=answered,
        same=answered - different - failures,
        different=different,
        failed=failures,
        scored=both,
        live_mean=_mean(sum(tally.live_sum for tally in scored), both),
        shadow_mean=_mean(sum(tally.shadow_sum for tally in scored), both),
        mean_distance=_mean(sum(tally.distance_sum for tally in scored), both),
        same_reasons=rate(sum(tally.same_reasons for tally in scored), both),
        same_first_reason=rate(sum(tally.same_first_reason for tally in scored), both),
        bands=bands,
        shift=_shift(bands),
        outcome=str(found.definition),
        discrimination=None if found.discrimination is None else _discrimination(found.discrimination),
        examples=[_example(example) for example in found.examples],
    )


def _bands(scored: Sequence[Tally]) -> list[BandReply]:
    live: Counter[int] = Counter()
    shadow: Counter[int] = Counter()
    for tally in scored:
        assert tally.live_band is not None
        assert tally.shadow_band is not None
        live[tally.live_band] += tally.answered
        shadow[tally.shadow_band] += tally.answered
    return [
        BandReply(score_from=start, below=start + BAND_POINTS, live=live[start], shadow=shadow[start])
        for start in sorted(live.keys() | shadow.keys())
    ]


def _shift(bands: Sequence[BandReply]) -> ShiftReply | None:
    if not bands:
        return None
    found = stability([band.live for band in bands], [band.shadow for band in bands])
    value, critical_95, critical_99 = (
        str(six_places(figure)) for figure in (found.value, found.critical_95, found.critical_99)
    )
    return ShiftReply(value=value, critical_95=critical_95, critical_99=critical_99)


def _mean(total: int, count: int) -> str | None:
    return None if count == 0 else str(six_places(Fraction(total, count)))


def _discrimination(found: Discrimination) -> DiscriminationReply:
    difference = found.difference
    return DiscriminationReply(
        applications=found.applications,
        bads=found.bads,
        live_auc=interval_reply(found.live),
        shadow_auc=interval_reply(found.shadow),
        difference=DifferenceInAucReply(
            estimate=str(six_places(difference.estimate)),
            low=str(six_places(difference.low)),
            high=str(six_places(difference.high)),
            p_value=str(six_places(difference.p_value)),
        ),
    )


def _example(example: Example) -> DifferingReply:
    return DifferingReply(
        application_id=example.application_id,
        scored_at=example.scored_at,
        differs=list(example.differs),
        live=_shown(example.live),
        shadow=_shown(example.shadow),
    )


def _shown(shown: ShownScore) -> ShownScoreReply:
    return ShownScoreReply(score=shown.score, grade=shown.grade, reasons=list(shown.reasons), failure=shown.failure)
