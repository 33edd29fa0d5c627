"""HTTP in: experiments, and what became of credit."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from services.decision.domain.experiment.experiment import Arm, Experiment
from services.decision.domain.performance import Performance
from services.decision.handlers import experimenting, reporting_performance
from services.decision.handlers.experimenting import ExperimentReport
from services.decision.rulebooks import Rulebooks
from shared.db import Database
from shared.http import Body, SafeStr, StrictRoute, caller, operation, reply

_LATEST: Final = "exp_~"
"""Sorts after every experiment id."""

_MOST_REPORTS: Final = 1_000
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE_SCALE: Final = Decimal("0.0001")


class StopRulesReply(BaseModel):
    """What was agreed to stop the challenger; rates as shares of 1."""

    min_decisions: int
    max_bad_rate: str | None
    min_approval_rate: str | None
    max_referral_rate: str | None


class BreachReply(BaseModel):
    """A rule that stopped it: `count` of `out_of` against its bound."""

    rule: str
    bound: str
    count: int
    out_of: int


class ExperimentReply(BaseModel):
    """One run of a test. `stopped_by` has the rules that ended it, and is empty where a person did, or nobody yet."""

    experiment_id: str
    product: str
    test: str
    version_id: str
    share_bp: int
    stop_rules: StopRulesReply
    started_at: datetime
    ended_at: datetime | None
    stopped_by: list[BreachReply]


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


class ExperimentReportReply(ExperimentReply):
    """An experiment with its arms. `maturity` reads "0 of 6 months"; before it is reached no bad rate is a result."""

    maturity: str | None
    is_mature: bool
    arms: list[ArmReply]
    counted_to: datetime


class ExperimentPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ExperimentReply]
    next_cursor: str | None


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

    @routes.get("/experiments", **operation("catalogue:read", replies={200: ExperimentPage}))
    async def list_experiments(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=64, pattern=r"^[ -~]+$")] = _LATEST,
        product: Annotated[str | None, Query(max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")] = None,
    ) -> Response:
        """Return experiments, running and ended, newest first; of one product if asked."""
        found = await experimenting.list_experiments(db, cursor, limit, product)
        following = found[-1].experiment_id if len(found) == limit else None
        return reply(ExperimentPage(items=[_experiment(entry) for entry in found], next_cursor=following))

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


def _experiment(entry: Experiment) -> ExperimentReply:
    rules = entry.trial.stop_rules
    return ExperimentReply(
        experiment_id=entry.experiment_id,
        product=entry.product,
        test=entry.trial.test,
        version_id=entry.version_id,
        share_bp=entry.trial.share_bp,
        stop_rules=StopRulesReply(
            min_decisions=rules.min_decisions,
            max_bad_rate=rules.max_bad_rate,
            min_approval_rate=rules.min_approval_rate,
            max_referral_rate=rules.max_referral_rate,
        ),
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        stopped_by=[
            BreachReply(rule=breach.rule, bound=format(breach.bound, "f"), count=breach.count, out_of=breach.out_of)
            for breach in entry.breaches
        ],
    )


def _report(found: ExperimentReport) -> ExperimentReportReply:
    maturity = found.experiment.maturity(found.now)
    return ExperimentReportReply(
        **_experiment(found.experiment).model_dump(),
        maturity=None if maturity is None else str(maturity),
        is_mature=maturity is not None and maturity.is_reached,
        arms=[_arm(arm, found.currency) for arm in found.arms],
        counted_to=found.counted_to,
    )


def _arm(arm: Arm, currency: str | None) -> ArmReply:
    figures = arm.figures
    return ArmReply(
        arm=arm.name,
        policies=[PolicyOfArm(version=version, hash=digest) for version, digest in arm.policies],
        decided=figures.decided,
        outcomes={outcome.value: count for outcome, count in sorted(figures.outcomes.items())},
        approval_rate=_rate(figures.approved, figures.decided),
        referral_rate=_rate(figures.referred, figures.decided),
        limit_sum=SumReply(amount_minor=figures.limit_minor, currency=currency),
        performance_known=figures.performance_known,
        bad=figures.bad,
        bad_rate=_rate(figures.bad, figures.performance_known),
    )


def _rate(count: int, out_of: int) -> str | None:
    return None if out_of == 0 else str((Decimal(count) / out_of).quantize(_RATE_SCALE))
