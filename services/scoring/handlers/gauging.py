"""The newest figures of live models as gauges."""

from collections.abc import Mapping, Sequence

from services.scoring import metrics
from services.scoring.domain.monitoring.alarms import Subject
from services.scoring.domain.monitoring.figures import Level
from services.scoring.domain.monitoring.report import Report

_LEVELS = {Level.CALM: 0, Level.WATCH: 1, Level.ACT: 2}


def show(reports: Sequence[tuple[Report, Mapping[Subject, Level]]]) -> None:
    """Set the gauges to what the newest scheduled reports say, and forget models that are not watched any more.

    Takes no pause in between, so nobody sees half of it.
    """
    for gauge in metrics.MODEL_GAUGES:
        gauge.clear()
    for report, levels in reports:
        _show(report, levels)


def _show(report: Report, levels: Mapping[Subject, Level]) -> None:
    figures, performance = report.figures, report.figures.performance
    labels = report.model.product, report.model.name, str(report.model.version)
    if figures.score is not None:
        metrics.MODEL_PSI.labels(*labels).set(float(figures.score.value))
        metrics.MODEL_PSI_CRITICAL.labels(*labels).set(float(figures.score.critical_99))
    for each in figures.characteristics:
        metrics.MODEL_CSI.labels(*labels, each.name).set(float(each.shift.value))
        metrics.MODEL_UNSEEN.labels(*labels, each.name).set(float(each.unseen_share))
    if performance.auc is not None:
        metrics.MODEL_AUC.labels(*labels).set(float(performance.auc.value))
    if performance.ks is not None:
        metrics.MODEL_KS.labels(*labels).set(float(performance.ks.value))
    if performance.calibration is not None and performance.calibration.ratio is not None:
        metrics.MODEL_CALIBRATION.labels(*labels).set(float(performance.calibration.ratio))
    metrics.MODEL_FAILURES.labels(*labels).set(float(figures.failure_share))
    metrics.MODEL_MATURED.labels(*labels).set(performance.matured)
    metrics.MODEL_MEASURED_AT.labels(*labels).set(report.measured_at.timestamp())
    for (measure, subject), level in levels.items():
        metrics.MODEL_LEVEL.labels(*labels, measure, subject).set(_LEVELS[level])
