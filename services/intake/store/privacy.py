"""Legal holds, accesses and erasures in PostgreSQL."""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.retention import PastApplication, RecordKind
from shared.db import Transaction
from shared.ids import new_id

_COLUMNS: Final = """
    hold_id, party_id, reason, placed_by, placed_at, released_by, released_at, release_reason
"""
_PLACE: Final = text("""
    INSERT INTO legal_hold (hold_id, party_id, reason, placed_by) VALUES (:hold_id, :party_id, :reason, :placed_by)
    RETURNING placed_at
""")
_OF_PARTIES: Final = text(f"""
    SELECT {_COLUMNS} FROM legal_hold WHERE party_id = ANY(CAST(:party_ids AS text[])) ORDER BY hold_id LIMIT 1000
""")
_LOCK: Final = text(f"SELECT {_COLUMNS} FROM legal_hold WHERE hold_id = :hold_id FOR UPDATE")
_RELEASE: Final = text("""
    UPDATE legal_hold SET released_by = :actor, released_at = now(), release_reason = :reason WHERE hold_id = :hold_id
    RETURNING released_at
""")
_HELD: Final = text("""
    SELECT DISTINCT party_id FROM legal_hold
    WHERE released_at IS NULL AND party_id = ANY(CAST(:party_ids AS text[]))
""")
_ALL_HELD: Final = text("SELECT DISTINCT party_id FROM legal_hold WHERE released_at IS NULL")
_IDS_AFTER: Final = text("""
    SELECT party_id FROM party WHERE party_id > :after ORDER BY party_id LIMIT :limit
""")
_COUNT_HELD: Final = text("SELECT count(*) FROM legal_hold WHERE released_at IS NULL")
_ACCESS: Final = text("INSERT INTO privacy_access (access_id, party_id, actor) VALUES (:access_id, :party_id, :actor)")
_ERASED: Final = text("""
    INSERT INTO erasure (erasure_id, party_id, records, grounds, actor)
    VALUES (:erasure_id, :party_id, CAST(:records AS text[]), :grounds, :actor) RETURNING erased_at
""")
_STATUS: Final = text("""
    SELECT party_id, status, country FROM party WHERE party_id = ANY(CAST(:party_ids AS text[])) ORDER BY party_id
    FOR UPDATE
""")
# A party that never had a key gets the mark of one that was destroyed, so that none is made for it later.
_DESTROY: Final = text("""
    INSERT INTO data_key (subject_id, key_id, wrapped, destroyed_at)
    SELECT party_id, '', NULL, now() FROM unnest(CAST(:party_ids AS text[])) AS party_id
    ON CONFLICT (subject_id) DO UPDATE SET key_id = '', wrapped = NULL, destroyed_at = now()
""")
_EMPTY: Final = text("""
    UPDATE party SET status = 'erased', external_ref = NULL, profile = NULL, version = version + 1, updated_at = now()
    WHERE party_id = ANY(CAST(:party_ids AS text[]))
""")
_LEFT: Final = ("withdrawn", "closed", "screened_out")
_APPLICATIONS: Final = text("""
    SELECT status, outcome, coalesce(decided_at, submitted_at, received_at) AS at FROM application
    WHERE party_id = ANY(CAST(:party_ids AS text[]))
""")
_GRANTED: Final = ("approve", "counter_offer")


@dataclass(frozen=True, slots=True)
class StoredHold:
    """A legal hold with its reasons sealed."""

    hold_id: str
    party_id: str
    reason: bytes
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None
    release_reason: bytes | None


async def place(tx: Transaction, hold_id: str, party_id: str, reason: bytes, actor: str) -> datetime:
    """Store a hold and return when it was placed."""
    given = {"hold_id": hold_id, "party_id": party_id, "reason": reason, "placed_by": actor}
    placed_at: datetime = (await tx.execute(_PLACE, given)).scalar_one()
    return placed_at


async def holds_of(tx: Transaction, party_ids: Collection[str]) -> list[StoredHold]:
    """Return the holds of parties, in force or released, oldest first."""
    return [_hold(row) for row in await tx.execute(_OF_PARTIES, {"party_ids": list(party_ids)})]


async def lock_hold(tx: Transaction, hold_id: str) -> StoredHold | None:
    """Return a hold, locked; None where there is none."""
    row = (await tx.execute(_LOCK, {"hold_id": hold_id})).one_or_none()
    return None if row is None else _hold(row)


async def release(tx: Transaction, hold_id: str, reason: bytes | None, actor: str) -> datetime:
    """Store that a hold is in force no more, and return since when."""
    given = {"hold_id": hold_id, "reason": reason, "actor": actor}
    released_at: datetime = (await tx.execute(_RELEASE, given)).scalar_one()
    return released_at


async def is_held(tx: Transaction, party_ids: Collection[str]) -> bool:
    """Tell whether a hold is in force on any of these records."""
    return (await tx.execute(_HELD, {"party_ids": list(party_ids)})).first() is not None


async def all_held(tx: Transaction) -> set[str]:
    """Return the records on which a hold is in force."""
    return {row.party_id for row in await tx.execute(_ALL_HELD)}


async def count_held(tx: Transaction) -> int:
    """Return how many holds are in force."""
    found: int = (await tx.execute(_COUNT_HELD)).scalar_one()
    return found


async def note_access(tx: Transaction, party_id: str, actor: str) -> None:
    """Store that somebody was shown everything about a party."""
    await tx.execute(_ACCESS, {"access_id": new_id("acc"), "party_id": party_id, "actor": actor})


async def lock_records(tx: Transaction, party_ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
    """Lock records of parties and return status and country of each."""
    rows = await tx.execute(_STATUS, {"party_ids": list(party_ids)})
    return {row.party_id: (row.status, row.country) for row in rows}


async def past_applications(tx: Transaction, party_ids: Collection[str]) -> list[PastApplication]:
    """Return what became of the applications of records."""
    rows = await tx.execute(_APPLICATIONS, {"party_ids": list(party_ids)})
    return [PastApplication(_kind(row), row.at) for row in rows]


def _kind(row: Any) -> RecordKind | None:
    if row.status in _LEFT:
        return RecordKind.APPLICATION_LEFT
    if row.outcome is None or row.outcome == "refer":
        return None
    return RecordKind.APPLICATION_GRANTED if row.outcome in _GRANTED else RecordKind.APPLICATION_REFUSED


async def destroy(tx: Transaction, party_ids: Sequence[str]) -> None:
    """Destroy the data keys of records and empty them of what identified the party."""
    given = {"party_ids": sorted(party_ids)}
    await tx.execute(_DESTROY, given)
    await tx.execute(_EMPTY, given)


async def note_erasure(
    tx: Transaction, erasure_id: str, party_id: str, records: Collection[str], grounds: str, actor: str
) -> datetime:
    """Store that a party was erased, for good, and return when."""
    given = {
        "erasure_id": erasure_id,
        "party_id": party_id,
        "records": sorted(records),
        "grounds": grounds,
        "actor": actor,
    }
    erased_at: datetime = (await tx.execute(_ERASED, given)).scalar_one()
    return erased_at


def _hold(row: Any) -> StoredHold:
    return StoredHold(
        hold_id=row.hold_id,
        party_id=row.party_id,
        reason=bytes(row.reason),
        placed_by=row.placed_by,
        placed_at=row.placed_at,
        released_by=row.released_by,
        released_at=row.released_at,
        release_reason=None if row.release_reason is None else bytes(row.release_reason),
    )


async def ids_after(tx: Transaction, after: str, limit: int) -> list[str]:
    """Return up to `limit` ids of parties after one, in order."""
    return [row.party_id for row in await tx.execute(_IDS_AFTER, {"after": after, "limit": limit})]
