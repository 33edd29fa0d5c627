"""Findings in PostgreSQL: only ever added."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from pydantic_core import from_json, to_json
from sqlalchemy import text

from services.intake.domain.finding import Finding, FindingKind
from shared.db import Transaction, copy_rows

_COLUMNS: Final = ("finding_id", "party_id", "kind", "source", "record_id", "as_of", "expires_at", "facts")
# Of each source the newest record only: what an older report says has been said anew.
_NEWEST: Final = text("""
    SELECT n.*, r.received_at FROM (
        SELECT DISTINCT ON (f.party_id, f.kind, f.source)
               f.finding_id, f.party_id, f.kind, f.source, f.record_id, f.as_of, f.expires_at, f.facts::text AS facts
        FROM unnest(CAST(:party_ids AS text[])) AS wanted(party_id) JOIN finding f USING (party_id)
        ORDER BY f.party_id, f.kind, f.source, f.as_of DESC, f.finding_id DESC
    ) AS n LEFT JOIN report r ON r.report_id = n.record_id
""")


async def add(tx: Transaction, findings: Sequence[Finding]) -> None:
    """Store findings."""
    rows = [
        (
            entry.finding_id,
            entry.party_id,
            entry.kind,
            entry.source,
            entry.record_id,
            entry.as_of,
            entry.expires_at,
            to_json(entry.facts).decode(),
        )
        for entry in findings
    ]
    if rows:
        await copy_rows(tx, "finding", _COLUMNS, rows)


async def newest(tx: Transaction, party_ids: Collection[str]) -> dict[str, list[Finding]]:
    """Return the newest finding of each source, by party; parties without any are left out."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for row in await tx.execute(_NEWEST, {"party_ids": list(party_ids)}):
        found[row.party_id].append(
            Finding(
                finding_id=row.finding_id,
                party_id=row.party_id,
                kind=FindingKind(row.kind),
                source=row.source,
                record_id=row.record_id,
                as_of=row.as_of,
                facts=from_json(row.facts),
                expires_at=row.expires_at,
                received_at=row.received_at,
            )
        )
    return dict(found)
