"""Figures of a monitoring report as people read them."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.scoring.domain.monitoring.figures import Estimate, Level, Measure, Reading

NOT_STATED: Final = "(not stated)"
LEVEL: Final = {Level.CALM: "calm", Level.WATCH: "watch", Level.ACT: "act"}
MEASURE: Final = {
    Measure.PSI: "Stability of the score (PSI)",
    Measure.CSI: "Stability of",
    Measure.AUC: "AUC against validation",
    Measure.CALIBRATION: "Observed bads off the expected",
    Measure.FAILURE_SHARE: "Applications without a score",
    Measure.UNSEEN_SHARE: "Unseen values of",
    Measure.IMPACT_RATIO: "Adverse impact ratio,",
}
_SHARES: Final = frozenset({Measure.CALIBRATION, Measure.FAILURE_SHARE, Measure.UNSEEN_SHARE})


def subject(reading: Reading) -> str:
    """Return what a reading is of."""
    return f"{MEASURE[reading.measure]} {reading.subject}".strip()


def value(reading: Reading, number: Decimal | None) -> str:
    """Return a number of a reading in the unit of its measure."""
    if number is None:
        return "-"
    return percent(number) if reading.measure in _SHARES else plain(number)


def plain(number: Decimal | None, places: int = 3) -> str:
    """Return a number with so many places."""
    if number is None:
        return "-"
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def percent(number: Decimal | None, places: int = 1) -> str:
    """Return a share as a percentage."""
    return "-" if number is None else f"{plain(number * 100, places)} %"


def interval(found: Estimate | None, places: int = 3) -> str:
    """Return the bounds of a measure."""
    return "-" if found is None else f"{plain(found.low, places)} to {plain(found.high, places)}"


def signed(number: Decimal, places: int = 1) -> str:
    """Return a change with its sign."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:+,}" if rounded else plain(rounded + 0, places)


def group(name: str | None) -> str:
    """Return the name of a group."""
    return NOT_STATED if name is None else name


def minute(moment: datetime) -> str:
    """Return a moment to the minute, UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def p_value(number: Decimal) -> str:
    """Return a p-value with three places, or that it is smaller."""
    return "< 0.001" if number < Decimal("0.001") else plain(number)
