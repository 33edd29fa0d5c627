"""Records whose time may have run out, page by page in the order of their ids, and their deletion.

Ids are ordered by time, so that whatever is older than a moment stands before the id of that moment.
"""

# ruff: noqa: S608 - names of ours make up the queries; values are parameters.

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.retention import RecordKind
from services.intake.store import documents
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class Aged:
    """A record, whose it is, and when it came or was last of use."""

    record_id: str
    party_id: str
    country: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """Where records of a kind lie: table, id and its prefix, and when one came."""

    table: str
    id: str
    prefix: str
    at: str


_PLACES: Final[Mapping[RecordKind, _Place]] = {
    RecordKind.DOCUMENT: _Place("document", "document_id", "doc", "t.created_at"),
    RecordKind.REPORT: _Place("report", "report_id", "rep", "t.received_at"),
    RecordKind.REFERENCE: _Place("reference", "reference_id", "ref", "t.created_at"),
    RecordKind.CONSENT: _Place("consent", "consent_id", "cns", "greatest(t.recorded_at, t.expires_at)"),
    RecordKind.STATEMENT: _Place("financial_statement", "statement_id", "fst", "t.submitted_at"),
}
SWEPT: Final = (*_PLACES, RecordKind.PARTY)
"""The kinds that are deleted by themselves; parties last, when what they leave is little."""

_PAGES: Final = {
    kind: text(f"""
        SELECT t.{place.id} AS id, min(t.party_id) AS party_id, min(p.country) AS country, max({place.at}) AS at
        FROM (
            SELECT * FROM {place.table} WHERE {place.id} > :after AND {place.id} < :before
            ORDER BY {place.id} LIMIT :limit
        ) t JOIN party p USING (party_id) GROUP BY t.{place.id} ORDER BY t.{place.id}
    """)
    for kind, place in _PLACES.items()
}
_PARTIES: Final = text("""
    SELECT p.party_id AS id, p.party_id, p.country, greatest(p.updated_at, (
        SELECT max(coalesce(a.decided_at, a.received_at)) FROM application a
        WHERE a.party_id = p.party_id
           OR a.party_id IN (SELECT m.party_id FROM party m WHERE m.merged_into = p.party_id)
    )) AS at
    FROM (
        SELECT * FROM party WHERE party_id > :after AND party_id < :before ORDER BY party_id LIMIT :limit
    ) p WHERE p.status = 'active' ORDER BY p.party_id
""")
_LAST: Final = {
    kind: text(f"""
        SELECT max(id) FROM (
            SELECT {name} AS id FROM {table} WHERE {name} > :after AND {name} < :before ORDER BY {name} LIMIT :limit
        ) t
    """)
    for kind, table, name in (
        *((kind, place.table, place.id) for kind, place in _PLACES.items()),
        (RecordKind.PARTY, "party", "party_id"),
    )
}
_DELETES: Final = {
    kind: text(f"DELETE FROM {place.table} WHERE {place.id} = ANY(CAST(:ids AS text[]))")
    for kind, place in _PLACES.items()
}
_FORGET_ACCEPTANCES: Final = text("""
    DELETE FROM statement_acceptance WHERE statement_id = ANY(CAST(:ids AS text[]))
""")
_FORGET_FINDINGS: Final = text("""
    DELETE FROM finding WHERE party_id = ANY(CAST(:party_ids AS text[])) AND record_id = ANY(CAST(:ids AS text[]))
""")


async def page(
    tx: Transaction, kind: RecordKind, after: str, older_than: datetime, limit: int
) -> tuple[list[Aged], str | None]:
    """Return records of a kind after an id that are older than a moment, and up to which id that went.

    None where there are no more.
    """
    prefix = "pty" if kind is RecordKind.PARTY else _PLACES[kind].prefix
    given = {"after": after, "before": f"{prefix}_{_milliseconds(older_than):012x}", "limit": limit}
    last: str | None = (await tx.execute(_LAST[kind], given)).scalar_one()
    if last is None:
        return [], None
    rows = await tx.execute(_PARTIES if kind is RecordKind.PARTY else _PAGES[kind], given)
    return [_aged(row) for row in rows], last


def place_of(kind: RecordKind) -> tuple[str, str]:
    """Return the table of a kind and the name of its ids."""
    place = _PLACES[kind]
    return place.table, place.id


async def delete(tx: Transaction, kind: RecordKind, records: Collection[Aged]) -> int:
    """Delete records of a kind with the facts that were taken from them, and return how many."""
    if not records:
        return 0
    ids = sorted(record.record_id for record in records)
    await tx.execute(_FORGET_FINDINGS, {"party_ids": sorted({record.party_id for record in records}), "ids": ids})
    if kind is RecordKind.DOCUMENT:
        return await documents.discard(tx, ids)
    if kind is RecordKind.STATEMENT:
        await tx.execute(_FORGET_ACCEPTANCES, {"ids": ids})
    await tx.execute(_DELETES[kind], {"ids": ids})
    return len(ids)


def _milliseconds(moment: datetime) -> int:
    """Return the time in an id (RFC 9562, section 5.7)."""
    return int(moment.timestamp() * 1000)


def _aged(row: Any) -> Aged:
    return Aged(row.id, row.party_id, row.country, row.at)
