"""The public forms of experiments."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from shared.experiments.domain.experiment import Experiment
from shared.governance.replies import StopRulesReply, stop_rules_reply

_RATE_SCALE: Final = Decimal("0.0001")


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


class ReportReply(ExperimentReply):
    """An experiment with what came of it, as far as it was counted.

    `maturity` reads "0 of 6 months"; before it is reached no bad rate is a result.
    """

    maturity: str | None
    is_mature: bool
    counted_to: datetime


class ExperimentPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ExperimentReply]
    next_cursor: str | None


def experiment_reply(entry: Experiment) -> ExperimentReply:
    """Return the public form of an experiment."""
    return ExperimentReply(
        experiment_id=entry.experiment_id,
        product=entry.product,
        test=entry.trial.test,
        version_id=entry.version_id,
        share_bp=entry.trial.share_bp,
        stop_rules=stop_rules_reply(entry.trial.stop_rules),
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        stopped_by=[
            BreachReply(rule=breach.rule, bound=format(breach.bound, "f"), count=breach.count, out_of=breach.out_of)
            for breach in entry.breaches
        ],
    )


def report_fields(entry: Experiment, counted_to: datetime, now: datetime) -> dict[str, Any]:
    """Return the fields of a `ReportReply` on an experiment at the moment `now`, for replies that have more."""
    maturity = entry.maturity(now)
    return {
        **experiment_reply(entry).model_dump(),
        "maturity": None if maturity is None else str(maturity),
        "is_mature": maturity is not None and maturity.is_reached,
        "counted_to": counted_to,
    }


def rate(count: int, out_of: int) -> str | None:
    """Return a share of 1 to four places, None where there is nothing to divide by."""
    return None if out_of == 0 else str((Decimal(count) / out_of).quantize(_RATE_SCALE))
