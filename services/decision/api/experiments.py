"""HTTP in: experiments, and what became of credit."""

import re
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from services.decision.domain.arms import Arm
from services.decision.domain.performance import Performance
from services.decision.handlers import experimenting, reporting_performance
from services.decision.handlers.experimenting import ExperimentReport
from services.decision.rulebooks import Rulebooks
from shared.db import Database
from shared.experiments.api import add_experiment_list
from shared.experiments.replies import ReportReply, rate, report_fields
from shared.http import Body, SafeStr, StrictRoute, caller, operation, reply

_MOST_REPORTS: Final = 1_000
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PolicyOfArm(BaseModel):
    """One policy that decided on an arm."""

    version: str
    hash: str


class SumReply(BaseModel):
    """A sum of amounts, in the currency that the product has now; null when the product is not live any more."""

    amount_minor: int
    currency: str | None


class ArmReply(BaseModel):
    """What one arm decided. Rates are shares of 1 to four places, null where there is nothing to divide by.

    `bad_rate` is of those `performance_known` and says nothing of the others.
    """

    arm: str
    policies: list[PolicyOfArm]
    decided: int
    outcomes: dict[str, int]
    approval_rate: str | None
    referral_rate: str | None
    limit_sum: SumReply
    performance_known: int
    bad: int
    bad_rate: str | None


class ExperimentReportReply(ReportReply):
    """An experiment with its arms, champion first."""

    arms: list[ArmReply]


def _day(given: object) -> date:
    """Return a day written YYYY-MM-DD, and take nothing else for one: no moments, no seconds since 1970."""
    if not isinstance(given, str) or _DAY.fullmatch(given) is None:
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(given)


class PerformanceItem(Body):
    """What is known of the credit of one decision on the day `as_of`."""

    decision_id: SafeStr
    as_of: Annotated[date, BeforeValidator(_day)]
    bad: bool


class PerformanceBody(Body):
    """Reports, each decision named once."""

    items: Annotated[list[PerformanceItem], Field(min_length=1, max_length=_MOST_REPORTS)]


class PerformanceReply(BaseModel):
    """How many reports were taken, and how many of them said something new."""

    received: int
    changed: int


def experiment_router(db: Database, rulebooks: Rulebooks) -> APIRouter:
    """Return the routes of experiments and performance."""
    routes = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["experiments"])

    add_experiment_list(routes, db)

    @routes.get("/experiments/{experiment_id}", **operation("catalogue:read", replies={200: ExperimentReportReply}))
    async def get_experiment(experiment_id: str) -> Response:
        """Return what the arms of an experiment decided, what became of it, and how mature that is."""
        return reply(_report(await experimenting.report(db, rulebooks, experiment_id)))

    @routes.post("/performance", **operation("performance:write", replies={200: PerformanceReply}))
    async def report_performance(request: Request, body: PerformanceBody) -> Response:
        """Say what became of credit: all items are kept or none.

        Of two reports on a decision the one of the later date counts; a repetition changes nothing.
        """
        reports = [Performance(item.decision_id, item.as_of, item.bad) for item in body.items]
        changed = await reporting_performance.report_performance(db, reports, caller(request).client)
        return reply(PerformanceReply(received=len(reports), changed=changed))

    return routes


def _report(found: ExperimentReport) -> ExperimentReportReply:
    return ExperimentReportReply(
        **report_fields(found.experiment, found.counted_to, found.now),
        arms=[_arm(arm, found.currency) for arm in found.arms],
    )


def _arm(arm: Arm, currency: str | None) -> ArmReply:
    figures = arm.figures
    return ArmReply(
        arm=arm.name,
        policies=[PolicyOfArm(version=version, hash=digest) for version, digest in arm.policies],
        decided=figures.decided,
        outcomes={outcome.value: count for outcome, count in sorted(figures.outcomes.items())},
        approval_rate=rate(figures.approved, figures.decided),
        referral_rate=rate(figures.referred, figures.decided),
        limit_sum=SumReply(amount_minor=figures.limit_minor, currency=currency),
        performance_known=figures.performance_known,
        bad=figures.bad,
        bad_rate=rate(figures.bad, figures.performance_known),
    )
