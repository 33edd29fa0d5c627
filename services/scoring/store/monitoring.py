"""Monitoring reports, never changed afterwards, and how serious every figure of a model stands."""

# ruff: noqa: S608 - names of columns, no input.

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import text

from services.scoring.domain.monitoring.alarms import Subject
from services.scoring.domain.monitoring.counts import ModelKey, Window
from services.scoring.domain.monitoring.figures import Figures, Level, Measure
from services.scoring.domain.monitoring.report import Report
from shared.catalogue import EntryKind
from shared.db import Transaction, rows_json

_FIGURES: Final = TypeAdapter(Figures)

_LOCK: Final = text("SELECT pg_try_advisory_xact_lock(hashtext('monitoring'), hashtext(:subject))")
_ARTEFACTS: Final = text("""
    SELECT document::text AS document FROM catalogue_entry
    WHERE kind = :kind AND name = :product ORDER BY revision DESC
""")
_ADD: Final = text("""
    INSERT INTO monitoring_report (report_id, product, model, model_version, model_hash, window_start, window_end,
                                   performance_start, scheduled, requested_by, figures, measured_at)
    VALUES (:report_id, :product, :model, :model_version, :model_hash, :window_start, :window_end,
            :performance_start, :scheduled, :requested_by, CAST(:figures AS json), :measured_at)
""")
_COLUMNS: Final = """
    report_id, product, model, model_version, model_hash, window_start, window_end, performance_start, scheduled,
    requested_by, measured_at, figures::text AS figures
"""
_FIND: Final = text(f"SELECT {_COLUMNS} FROM monitoring_report WHERE report_id = :report_id")
_PAGE: Final = text(f"""
    SELECT {_COLUMNS} FROM monitoring_report
    WHERE report_id < :before
      AND (CAST(:product AS text) IS NULL OR product = :product)
      AND (CAST(:model_hash AS text) IS NULL OR model_hash = :model_hash)
      AND (CAST(:scheduled AS boolean) IS NULL OR scheduled = :scheduled)
    ORDER BY report_id DESC LIMIT :limit
""")
_LATEST: Final = text(f"""
    SELECT {_COLUMNS} FROM unnest(CAST(:hashes AS text[])) AS wanted(hash)
    CROSS JOIN LATERAL (
        SELECT * FROM monitoring_report r WHERE r.model_hash = wanted.hash AND r.scheduled
        ORDER BY r.report_id DESC LIMIT 1
    ) AS latest
""")
_LEVELS: Final = text("SELECT measure, subject, level FROM monitoring_alarm WHERE model_hash = :model_hash")
_SET_LEVELS: Final = text("""
    INSERT INTO monitoring_alarm (model_hash, measure, subject, level, report_id)
    SELECT :model_hash, r.measure, r.subject, r.level, :report_id
    FROM json_to_recordset(CAST(:rows AS json)) AS r(measure text, subject text, level text)
    ON CONFLICT (model_hash, measure, subject)
    DO UPDATE SET level = excluded.level, report_id = excluded.report_id
    WHERE monitoring_alarm.level <> excluded.level
""")


async def try_lock(tx: Transaction, subject: str) -> bool:
    """Tell whether this transaction alone measures a subject, such as a model by its hash; False while another does."""
    return bool((await tx.execute(_LOCK, {"subject": subject})).scalar_one())


async def artefacts(tx: Transaction, product: str) -> list[dict[str, Any]]:
    """Return the artefacts of every model that was ever submitted for a product, the newest first."""
    rows = await tx.execute(_ARTEFACTS, {"kind": EntryKind.SCORECARD, "product": product})
    return [json.loads(row.document) for row in rows]


async def add(tx: Transaction, report: Report) -> None:
    """Store a report."""
    columns = {
        "report_id": report.report_id,
        "product": report.model.product,
        "model": report.model.name,
        "model_version": report.model.version,
        "model_hash": report.model.content_hash,
        "window_start": report.window.start,
        "window_end": report.window.end,
        "performance_start": report.performance_start,
        "scheduled": report.scheduled,
        "requested_by": report.requested_by,
        "figures": _FIGURES.dump_json(report.figures).decode(),
        "measured_at": report.measured_at,
    }
    await tx.execute(_ADD, columns)


async def find(tx: Transaction, report_id: str) -> Report | None:
    """Return a report, if there is one of that id."""
    row = (await tx.execute(_FIND, {"report_id": report_id})).one_or_none()
    return None if row is None else _report(row)


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports; None for any."""

    product: str | None = None
    model_hash: str | None = None
    scheduled: bool | None = None


async def page(tx: Transaction, wanted: ReportFilter, before: str, limit: int) -> list[Report]:
    """Return up to `limit` reports with ids below `before`, newest first."""
    columns = {
        "product": wanted.product,
        "model_hash": wanted.model_hash,
        "scheduled": wanted.scheduled,
        "before": before,
        "limit": limit,
    }
    return [_report(row) for row in await tx.execute(_PAGE, columns)]


async def latest_scheduled(tx: Transaction, hashes: Sequence[str]) -> Mapping[str, Report]:
    """Return the newest scheduled report of each model (by hash) that has one."""
    found = [_report(row) for row in await tx.execute(_LATEST, {"hashes": list(hashes)})]
    return {report.model.content_hash: report for report in found}


async def levels(tx: Transaction, model_hash: str) -> dict[Subject, Level]:
    """Return how serious the figures of a model stand."""
    rows = await tx.execute(_LEVELS, {"model_hash": model_hash})
    return {(Measure(row.measure), row.subject): Level(row.level) for row in rows}


async def set_levels(tx: Transaction, model_hash: str, report_id: str, after: Mapping[Subject, Level]) -> None:
    """Keep how serious the figures stand since a report."""
    rows = [{"measure": measure, "subject": subject, "level": level} for (measure, subject), level in after.items()]
    await tx.execute(_SET_LEVELS, {"model_hash": model_hash, "report_id": report_id, "rows": rows_json(rows)})


def _report(row: Any) -> Report:
    return Report(
        report_id=row.report_id,
        model=ModelKey(row.product, row.model, row.model_version, row.model_hash),
        window=Window(row.window_start, row.window_end),
        performance_start=row.performance_start,
        scheduled=row.scheduled,
        requested_by=row.requested_by,
        measured_at=row.measured_at,
        figures=_FIGURES.validate_json(row.figures),
    )
