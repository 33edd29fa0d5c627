"""Ownership in PostgreSQL: stated, ended, never deleted."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.ownership import Holding, Ownership
from shared.db import Transaction

_SELECT: Final = """
    SELECT o.ownership_id, o.owner_id, o.owned_id, o.kind, o.share, o.valid_from, o.valid_to, o.source, o.version,
           o.stated_by, o.stated_at
    FROM ownership o
"""
_HOLDS: Final = "o.valid_from <= :day AND (o.valid_to IS NULL OR o.valid_to > :day)"
_ADD: Final = text("""
    INSERT INTO ownership (ownership_id, owner_id, owned_id, kind, share, valid_from, valid_to, source, stated_by,
                           stated_at)
    VALUES (:ownership_id, :owner_id, :owned_id, :kind, :share, :valid_from, :valid_to, :source, :stated_by, :stated_at)
""")
_END: Final = text("""
    UPDATE ownership SET valid_to = :valid_to, version = version + 1 WHERE ownership_id = :ownership_id
""")
_FIND: Final = f"{_SELECT} WHERE o.ownership_id = :ownership_id"
_IN_COMPANY: Final = text(f"{_SELECT} WHERE o.owned_id = :owned_id")
# Each side by its own index; `OR` would go through everybody's, the newest first.
_OF_RECORDS: Final = text(f"""
    {_SELECT} JOIN unnest(CAST(:record_ids AS text[])) AS w(party_id) ON w.party_id = o.owned_id
    WHERE o.ownership_id < :before
    UNION
    {_SELECT} JOIN unnest(CAST(:record_ids AS text[])) AS w(party_id) ON w.party_id = o.owner_id
    WHERE o.ownership_id < :before
    ORDER BY ownership_id DESC LIMIT :limit
""")
_HOLDING: Final = text(f"""
    {_SELECT} JOIN unnest(CAST(:owned_ids AS text[])) AS w(party_id) ON w.party_id = o.owned_id WHERE {_HOLDS}
    UNION
    {_SELECT} JOIN unnest(CAST(:owner_ids AS text[])) AS w(party_id) ON w.party_id = o.owner_id WHERE {_HOLDS}
    LIMIT :limit
""")


async def add(tx: Transaction, entry: Ownership) -> None:
    """Store what was stated."""
    await tx.execute(
        _ADD,
        {
            "ownership_id": entry.ownership_id,
            "owner_id": entry.owner_id,
            "owned_id": entry.owned_id,
            "kind": entry.kind,
            "share": entry.share,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "source": entry.source,
            "stated_by": entry.stated_by,
            "stated_at": entry.stated_at,
        },
    )


async def end(tx: Transaction, ownership_id: str, valid_to: date) -> None:
    """Let an ownership hold until the day before `valid_to`."""
    await tx.execute(_END, {"ownership_id": ownership_id, "valid_to": valid_to})


async def find(tx: Transaction, ownership_id: str, *, lock: bool = False) -> Ownership | None:
    """Return an ownership; with `lock` nobody else changes it before the end of the transaction."""
    statement = text(f"{_FIND} FOR UPDATE" if lock else _FIND)
    row = (await tx.execute(statement, {"ownership_id": ownership_id})).one_or_none()
    return None if row is None else _ownership(row)


async def in_company(tx: Transaction, owned_id: str) -> list[Ownership]:
    """Return all that was ever stated of who owns a company."""
    return [_ownership(row) for row in await tx.execute(_IN_COMPANY, {"owned_id": owned_id})]


async def of_records(tx: Transaction, record_ids: Collection[str], before: str, limit: int) -> list[Ownership]:
    """Return up to `limit` ownerships with one of these records on either side, newest first, older than `before`."""
    arguments = {"record_ids": list(record_ids), "before": before, "limit": limit}
    return [_ownership(row) for row in await tx.execute(_OF_RECORDS, arguments)]


async def holding(
    tx: Transaction, owned_ids: Collection[str], owner_ids: Collection[str], day: date, limit: int
) -> list[Ownership]:
    """Return up to `limit` ownerships that hold on a day: in one of `owned_ids`, or of one of `owner_ids`."""
    arguments = {"owned_ids": list(owned_ids), "owner_ids": list(owner_ids), "day": day, "limit": limit}
    return [_ownership(row) for row in await tx.execute(_HOLDING, arguments)]


def _ownership(row: Any) -> Ownership:
    return Ownership(
        ownership_id=row.ownership_id,
        owner_id=row.owner_id,
        owned_id=row.owned_id,
        kind=Holding(row.kind),
        share=row.share,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        stated_by=row.stated_by,
        stated_at=row.stated_at,
        version=row.version,
    )
