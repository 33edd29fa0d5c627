"""Inquiries in PostgreSQL: who asked whom about which party, why, under which consent, and what came of each try."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.inquiry import Attempt, Outcome, Pull
from shared.db import Transaction, copy_rows
from shared.money import Money

_COLUMNS: Final = (
    "inquiry_id",
    "reference",
    "party_id",
    "application_id",
    "revision",
    "source",
    "purpose",
    "consent_id",
    "asked_by",
)
_ATTEMPT_COLUMNS: Final = (
    "inquiry_id",
    "attempt",
    "outcome",
    "report_id",
    "cost_minor",
    "currency",
    "latency_ms",
)
# What was begun and never came to an end has no attempt.
_PAGE: Final = text("""
    WITH page AS (
        SELECT * FROM inquiry
        WHERE party_id = ANY(CAST(:party_ids AS text[])) AND inquiry_id < :before ORDER BY inquiry_id DESC LIMIT :limit
    )
    SELECT i.inquiry_id, i.reference, i.party_id, i.application_id, i.revision, i.source, i.purpose, i.consent_id,
           i.asked_by, i.asked_at, t.outcome, t.report_id, t.cost_minor, t.currency, t.latency_ms
    FROM page i LEFT JOIN inquiry_attempt t USING (inquiry_id) ORDER BY i.inquiry_id DESC, t.attempt
""")
_OF_APPLICATION: Final = text("""
    WITH found AS (
        SELECT * FROM inquiry
        WHERE party_id = ANY(CAST(:party_ids AS text[])) AND application_id = :application_id
        ORDER BY inquiry_id DESC LIMIT :most
    )
    SELECT i.inquiry_id, i.reference, i.party_id, i.application_id, i.revision, i.source, i.purpose, i.consent_id,
           i.asked_by, i.asked_at, t.outcome, t.report_id, t.cost_minor, t.currency, t.latency_ms
    FROM found i LEFT JOIN inquiry_attempt t USING (inquiry_id) ORDER BY i.inquiry_id, t.attempt
""")
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """An inquiry and what came of it, try by try."""

    pull: Pull
    asked_at: datetime
    attempts: tuple[Attempt, ...]


async def add(tx: Transaction, pulls: Sequence[Pull]) -> None:
    """Store inquiries, before anybody is asked."""
    rows = [
        (
            pull.inquiry_id,
            pull.reference,
            pull.party_id,
            pull.application_id,
            pull.revision,
            pull.source,
            pull.purpose,
            pull.consent_id,
            pull.asked_by,
        )
        for pull in pulls
    ]
    if rows:
        await copy_rows(tx, "inquiry", _COLUMNS, rows)


async def add_attempts(tx: Transaction, attempts: Sequence[tuple[str, Sequence[Attempt]]]) -> None:
    """Store what came of inquiries, given by their ids, try by try."""
    rows = [
        (
            inquiry_id,
            number,
            attempt.outcome,
            attempt.report_id,
            None if attempt.cost is None else attempt.cost.amount_minor,
            None if attempt.cost is None else attempt.cost.currency,
            attempt.latency_ms,
        )
        for inquiry_id, tries in attempts
        for number, attempt in enumerate(tries, start=1)
    ]
    if rows:
        await copy_rows(tx, "inquiry_attempt", _ATTEMPT_COLUMNS, rows)


async def page(tx: Transaction, party_ids: Collection[str], before: str, limit: int) -> list[Told]:
    """Return up to `limit` inquiries about records with ids before one, newest first."""
    return _told(await tx.execute(_PAGE, {"party_ids": list(party_ids), "before": before, "limit": limit}))


async def of_application(tx: Transaction, party_ids: Collection[str], application_id: str) -> list[Told]:
    """Return the newest 1,000 inquiries about records that were made for an application, oldest first."""
    wanted = {"party_ids": list(party_ids), "application_id": application_id, "most": _MOST}
    return _told(await tx.execute(_OF_APPLICATION, wanted))


def _told(rows: Iterable[Any]) -> list[Told]:
    found: dict[str, Told] = {}
    for row in rows:
        known = found.get(row.inquiry_id) or Told(_pull(row), row.asked_at, ())
        attempts = known.attempts if row.outcome is None else (*known.attempts, _attempt(row))
        found[row.inquiry_id] = Told(known.pull, known.asked_at, attempts)
    return list(found.values())


def _pull(row: Any) -> Pull:
    return Pull(
        inquiry_id=row.inquiry_id,
        reference=row.reference,
        party_id=row.party_id,
        source=row.source,
        purpose=row.purpose,
        consent_id=row.consent_id,
        asked_by=row.asked_by,
        application_id=row.application_id,
        revision=row.revision,
    )


def _attempt(row: Any) -> Attempt:
    cost = None if row.cost_minor is None else Money(row.cost_minor, row.currency)
    return Attempt(Outcome(row.outcome), row.latency_ms, row.report_id, cost)
