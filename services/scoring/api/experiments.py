"""HTTP in: experiments on models."""

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from services.scoring.api.measured import IntervalReply, interval_reply
from services.scoring.domain.arms import Arm
from services.scoring.domain.measures.discrimination import auc_interval
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.domain.monitoring.rounding import six_places
from services.scoring.handlers import experimenting
from services.scoring.handlers.experimenting import ExperimentReport
from shared.db import Database
from shared.experiments.api import add_experiment_list
from shared.experiments.replies import ReportReply, rate, report_fields
from shared.http import StrictRoute, operation, reply


class ModelOfArm(BaseModel):
    """One model that scored on an arm."""

    version: int
    hash: str


class ArmReply(BaseModel):
    """What one arm scored. Rates are shares of 1 to four places, null where there is nothing to divide by.

    `failed` are applications that the arm's model gave no score; those whose facts don't fit the product are on no
    arm's account. `bad_rate` and `auc` are of those `performance_known` and say nothing of the others.
    """

    arm: str
    models: list[ModelOfArm]
    scored: int
    failed: int
    failure_rate: str | None
    mean_score: str | None
    score_deviation: str | None
    performance_known: int
    bad: int
    bad_rate: str | None
    auc: IntervalReply | None


class ExperimentReportReply(ReportReply):
    """An experiment with its arms, champion first; performance is that of scores whose window by `outcome` is over."""

    outcome: str
    arms: list[ArmReply]


def experiment_router(db: Database, plans: Plans) -> APIRouter:
    """Return the routes of experiments."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["experiments"])
    add_experiment_list(routes, db)

    @routes.get("/experiments/{experiment_id}", **operation("catalogue:read", replies={200: ExperimentReportReply}))
    async def get_experiment(experiment_id: str) -> Response:
        """Return what the arms of an experiment scored, what became of it, and how mature that is."""
        return reply(_report(await experimenting.report(db, plans, experiment_id)))

    return routes


def _report(found: ExperimentReport) -> ExperimentReportReply:
    return ExperimentReportReply(
        **report_fields(found.experiment, found.counted_to, found.now),
        outcome=str(found.definition),
        arms=[_arm(arm, found.outcomes[arm.name]) for arm in found.arms],
    )


def _arm(arm: Arm, outcomes: Mapping[tuple[int, bool], int]) -> ArmReply:
    figures = arm.figures
    has_both = 0 < figures.bad < figures.performance_known
    return ArmReply(
        arm=arm.name,
        models=[ModelOfArm(version=version, hash=digest) for version, digest in arm.models],
        scored=figures.scored,
        failed=figures.failed,
        failure_rate=rate(figures.failed, figures.answered),
        mean_score=None if figures.mean_score is None else str(six_places(figures.mean_score)),
        score_deviation=None if figures.deviation is None else str(six_places(figures.deviation)),
        performance_known=figures.performance_known,
        bad=figures.bad,
        bad_rate=rate(figures.bad, figures.performance_known),
        auc=interval_reply(auc_interval(outcomes)) if has_both else None,
    )
