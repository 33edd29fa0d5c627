"""When a figure has crossed its threshold: once on the way up, and over again only after it had come back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.scoring.domain.monitoring.figures import (
    CharacteristicFigures,
    FairnessFigures,
    Level,
    Measure,
    PerformanceFigures,
    Reading,
    Shift,
)
from services.scoring.domain.monitoring.plan import Plan, Thresholds

_ORDER: Final = (Level.CALM, Level.WATCH, Level.ACT)
_FALLING: Final = frozenset({Measure.AUC, Measure.IMPACT_RATIO})
"""Measures that are the worse the lower they are."""
_CALIBRATION_P: Final = Decimal("0.01")
_IMPACT_P: Final = Decimal("0.05")
_LEAST: Final = 100
"""Shares and indices of fewer applications raise no alarm.

One of them alone would be a percent, and critical values are those of samples in which most bins are filled.
"""

Subject = tuple[Measure, str]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A reading that has reached a more serious level than it had."""

    reading: Reading
    before: Level

    @property
    def threshold(self) -> Decimal:
        """The threshold that was crossed."""
        return self.reading.act if self.reading.level is Level.ACT else self.reading.watch


def readings_of(
    plan: Plan,
    applications: int,
    failure_share: Decimal,
    score: Shift | None,
    characteristics: Sequence[CharacteristicFigures],
    performance: PerformanceFigures,
    fairness: Sequence[FairnessFigures],
) -> tuple[Reading, ...]:
    """Return every figure that has a threshold, beside it; a figure that could not be measured is not among them."""
    found: list[Reading] = []
    if score is not None:
        found.append(_index(Measure.PSI, "", score, plan.psi))
    found += [_index(Measure.CSI, each.name, each.shift, plan.csi) for each in characteristics]
    found += _performance(performance, plan)
    if applications:
        enough = applications >= _LEAST
        found.append(_reading(Measure.FAILURE_SHARE, "", failure_share, plan.failure_share, None, enough))
    for each in characteristics:
        enough = each.shift.actual_rows >= _LEAST
        found.append(_reading(Measure.UNSEEN_SHARE, each.name, each.unseen_share, plan.unseen_share, None, enough))
    found += _impact(fairness, plan)
    return tuple(found)


def levels_after(
    before: Mapping[Subject, Level], readings: Sequence[Reading], release: Decimal
) -> dict[Subject, Level]:
    """Return the standing level of every subject after a report.

    A level that was reached stays until the figure is nearer to harmless than the share `release` of the way to its
    threshold, whether significant or not, so that one that hovers about it does not call twice. A subject without a
    reading keeps its level: nothing new is known of it.
    """
    after = dict(before)
    for reading in readings:
        subject = reading.measure, reading.subject
        standing = before.get(subject, Level.CALM)
        held = [level for level in _ORDER[1:] if _ORDER.index(level) <= _ORDER.index(standing)]
        keeps = [level for level in held if _holds(reading, level, release)]
        after[subject] = max([reading.level, *keeps], key=_ORDER.index)
    return after


def crossings(before: Mapping[Subject, Level], readings: Sequence[Reading]) -> list[Crossing]:
    """Return the readings that are more serious than their standing level was, in the order of the report."""
    found = []
    for reading in readings:
        standing = before.get((reading.measure, reading.subject), Level.CALM)
        if _ORDER.index(reading.level) > _ORDER.index(standing):
            found.append(Crossing(reading, standing))
    return found


def _index(measure: Measure, subject: str, shift: Shift, thresholds: Thresholds) -> Reading:
    beyond_chance = shift.value > shift.critical_99 and shift.actual_rows >= _LEAST
    return _reading(measure, subject, shift.value, thresholds, shift.critical_99, beyond_chance)


def _performance(performance: PerformanceFigures, plan: Plan) -> Iterator[Reading]:
    promised, area, kept = performance.promised_auc, performance.auc, performance.calibration
    if promised is not None and area is not None:
        drop = Thresholds(promised - plan.auc_drop.watch, promised - plan.auc_drop.act)
        yield _reading(Measure.AUC, "", area.value, drop, area.high, area.high < promised, promised)
    if kept is not None and kept.ratio is not None:
        distance = abs(kept.ratio - 1)
        yield _reading(Measure.CALIBRATION, "", distance, plan.calibration, None, kept.p_value < _CALIBRATION_P)


def _impact(fairness: Sequence[FairnessFigures], plan: Plan) -> Iterator[Reading]:
    for fact in fairness:
        for group in fact.groups:
            ratio, p_value = group.impact_ratio, group.impact_p_value
            if ratio is not None and p_value is not None:
                subject = f"{fact.fact}: {group.group}"
                significant = p_value < _IMPACT_P
                yield _reading(
                    Measure.IMPACT_RATIO, subject, ratio.value, plan.impact_ratio, ratio.high, significant, Decimal(1)
                )


def _reading(
    measure: Measure,
    subject: str,
    value: Decimal,
    thresholds: Thresholds,
    critical: Decimal | None,
    significant: bool,
    harmless: Decimal = Decimal(0),
) -> Reading:
    level = Level.CALM
    if significant:
        reached = [
            step
            for step, bound in ((Level.WATCH, thresholds.watch), (Level.ACT, thresholds.act))
            if _at_or_beyond(measure, value, bound)
        ]
        level = reached[-1] if reached else Level.CALM
    return Reading(measure, subject, value, harmless, thresholds.watch, thresholds.act, critical, significant, level)


def _at_or_beyond(measure: Measure, value: Decimal, bound: Decimal) -> bool:
    return value <= bound if measure in _FALLING else value >= bound


def _holds(reading: Reading, level: Level, release: Decimal) -> bool:
    """Tell whether a figure is still within `release` of the way from harmless to the threshold of `level`."""
    bound = reading.act if level is Level.ACT else reading.watch
    return _at_or_beyond(reading.measure, reading.value, reading.harmless + release * (bound - reading.harmless))
