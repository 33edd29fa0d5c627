"""A report as JSON: stable names, exact values, and what its terms mean."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from services.backtests.figures.ratios import Ratio
from services.backtests.figures.report import REPORT_VERSION, Report
from services.backtests.figures.wording import DEFINITIONS


def to_json(report: Report) -> dict[str, Any]:
    """Return a report as a JSON object: the fields of `Report` by their names, with `report_version` before them.

    A ratio is `{"numerator", "denominator", "value"}`, its value a string of four decimals. Amounts are integers in
    minor units of `currency`; sums of them may exceed 2^53. Times are RFC 3339 in UTC, what is not known is null.
    `definitions` says what the terms mean. Fields may be added within a version, nothing else.
    """
    return {"report_version": REPORT_VERSION, **_json(report), "definitions": dict(DEFINITIONS)}


def _json(value: Any) -> Any:
    if isinstance(value, Ratio):
        return {"numerator": value.numerator, "denominator": value.denominator, "value": value.value}
    if is_dataclass(value):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_json(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
