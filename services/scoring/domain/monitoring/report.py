"""A monitoring report: which model was measured, over which windows, for whom, and what came out."""

from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.monitoring.counts import ModelKey, Window
from services.scoring.domain.monitoring.figures import Figures


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of a model: its population in `window`, its performance from `performance_start` on."""

    report_id: str
    model: ModelKey
    window: Window
    performance_start: datetime
    scheduled: bool
    requested_by: str
    measured_at: datetime
    figures: Figures
