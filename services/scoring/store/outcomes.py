"""Observed outcomes, each version of them, and the decisions that scoring has heard of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from services.scoring.domain.monitoring.outcome import BadDefinition, Outcome
from shared.db import Transaction, rows_json

# Outcomes arrive in few and large pieces; one writer at a time numbers their versions.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('outcomes'), hashtext(current_schema()))")
_SCORED: Final = text("""
    SELECT application_id, (min(scored_at) AT TIME ZONE 'UTC')::date AS scored_on FROM score
    WHERE application_id = ANY(CAST(:ids AS text[])) GROUP BY application_id
""")
_DECIDED: Final = text("""
    SELECT decision_id, application_id FROM decided WHERE decision_id = ANY(CAST(:ids AS text[]))
""")
_LATEST: Final = text("""
    SELECT DISTINCT ON (o.application_id, o.definition, o.window_months) o.*
    FROM json_to_recordset(CAST(:keys AS json)) AS k(application_id text, definition text, window_months int)
    JOIN outcome o USING (application_id, definition, window_months)
    ORDER BY o.application_id, o.definition, o.window_months, o.version DESC
""")
_ADD: Final = text("""
    INSERT INTO outcome (application_id, definition, window_months, version, observed_on, bad, days_past_due,
                         reported_by)
    SELECT r.*, :reported_by FROM json_to_recordset(CAST(:rows AS json))
         AS r(application_id text, definition text, window_months int, version int, observed_on date, bad boolean,
              days_past_due int)
""")
_HISTORY: Final = text("""
    SELECT * FROM outcome WHERE application_id = :application_id ORDER BY definition, window_months, version
""")
_HEAR: Final = text("""
    INSERT INTO decided (decision_id, application_id, outcome, decided_at)
    SELECT r.* FROM json_to_recordset(CAST(:rows AS json))
         AS r(decision_id text, application_id text, outcome text, decided_at timestamptz)
    ON CONFLICT DO NOTHING
""")

Key = tuple[str, BadDefinition]
"""What an outcome is of: an application and a definition."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of an outcome; the highest of an application and a definition counts."""

    outcome: Outcome
    version: int
    reported_by: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class HeardDecision:
    """The outcome of a decision on an application."""

    decision_id: str
    application_id: str
    outcome: str
    decided_at: datetime


async def lock(tx: Transaction) -> None:
    """Keep other writers of outcomes waiting until the end of this transaction."""
    await tx.execute(_LOCK)


async def scored_on(tx: Transaction, application_ids: Collection[str]) -> Mapping[str, date]:
    """Return the day (UTC) of the first score of each application that has one."""
    rows = await tx.execute(_SCORED, {"ids": list(application_ids)})
    return {row.application_id: row.scored_on for row in rows}


async def applications_of(tx: Transaction, decision_ids: Collection[str]) -> Mapping[str, str]:
    """Return the application of each decision that was heard of."""
    rows = await tx.execute(_DECIDED, {"ids": list(decision_ids)})
    return {row.decision_id: row.application_id for row in rows}


async def latest(tx: Transaction, keys: Collection[Key]) -> Mapping[Key, Kept]:
    """Return the version that counts of each outcome that was reported before."""
    rows = [
        {"application_id": application_id, "definition": definition.name, "window_months": definition.window_months}
        for application_id, definition in keys
    ]
    kept = [_kept(row) for row in await tx.execute(_LATEST, {"keys": rows_json(rows)})]
    return {(each.outcome.application_id, each.outcome.definition): each for each in kept}


async def add(tx: Transaction, entries: Sequence[tuple[Outcome, int]], reported_by: str) -> None:
    """Store outcomes under their version numbers; the caller holds the `lock`."""
    if not entries:
        return
    rows = [
        {
            "application_id": outcome.application_id,
            "definition": outcome.definition.name,
            "window_months": outcome.definition.window_months,
            "version": version,
            "observed_on": outcome.observed_on,
            "bad": outcome.bad,
            "days_past_due": outcome.days_past_due,
        }
        for outcome, version in entries
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows), "reported_by": reported_by})


async def history(tx: Transaction, application_id: str) -> list[Kept]:
    """Return every version of every outcome of an application, by definition, oldest first."""
    return [_kept(row) for row in await tx.execute(_HISTORY, {"application_id": application_id})]


async def hear(tx: Transaction, decisions: Sequence[HeardDecision]) -> None:
    """Keep decisions on applications; one that is known stays as it is."""
    if not decisions:
        return
    rows = [
        {
            "decision_id": each.decision_id,
            "application_id": each.application_id,
            "outcome": each.outcome,
            "decided_at": each.decided_at,
        }
        for each in decisions
    ]
    await tx.execute(_HEAR, {"rows": rows_json(rows)})


def _kept(row: Any) -> Kept:
    definition = BadDefinition(row.definition, row.window_months)
    outcome = Outcome(row.application_id, definition, row.observed_on, row.bad, row.days_past_due)
    return Kept(outcome, row.version, row.reported_by, row.reported_at)
