"""The wrapped data keys of parties."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import text

from services.intake.vault import DataKey, Vault, WrappedKey
from shared.db import Transaction

_READ: Final = text("""
    SELECT k.subject_id, k.key_id, k.wrapped
    FROM unnest(CAST(:subject_ids AS text[])) AS wanted(subject_id) JOIN data_key k USING (subject_id)
    WHERE k.wrapped IS NOT NULL
""")
# Of two that make the first key of a party at the same moment one wins, and both use that.
_ADD: Final = text("""
    INSERT INTO data_key (subject_id, key_id, wrapped)
    SELECT * FROM unnest(CAST(:subject_id AS text[]), CAST(:key_id AS text[]), CAST(:wrapped AS bytea[]))
    ON CONFLICT DO NOTHING RETURNING subject_id
""")

_COUNT: Final = text("SELECT key_id, count(*) AS keys FROM data_key WHERE wrapped IS NOT NULL GROUP BY key_id")
# A key that was destroyed has no master key, so these are found by the ids of master keys alone.
_MASTERS: Final = text("""
    WITH RECURSIVE known AS (
        (SELECT key_id FROM data_key ORDER BY key_id LIMIT 1)
        UNION ALL
        SELECT (SELECT k.key_id FROM data_key k WHERE k.key_id > known.key_id ORDER BY k.key_id LIMIT 1)
        FROM known WHERE known.key_id IS NOT NULL
    )
    SELECT key_id FROM known WHERE key_id <> ''
""")
_WRAPPED_BY: Final = text("""
    SELECT subject_id, key_id, wrapped FROM data_key WHERE key_id = :key_id AND wrapped IS NOT NULL
    LIMIT :limit FOR UPDATE SKIP LOCKED
""")
# Neither a key that was destroyed meanwhile comes back, nor is one replaced that somebody else has wrapped anew.
_REPLACE: Final = text("""
    UPDATE data_key k SET key_id = r.key_id, wrapped = r.wrapped
    FROM unnest(CAST(:subject_id AS text[]), CAST(:key_id AS text[]), CAST(:wrapped AS bytea[]),
                CAST(:before AS bytea[])) AS r(subject_id, key_id, wrapped, before)
    WHERE k.subject_id = r.subject_id AND k.wrapped = r.before
""")


async def existing(tx: Transaction, vault: Vault, subject_ids: Collection[str]) -> dict[str, DataKey]:
    """Return the data keys of parties, by party id; a party that has none, or had it destroyed, is left out."""
    rows = await tx.execute(_READ, {"subject_ids": list(subject_ids)})
    return {row.subject_id: vault.unwrap(row.subject_id, WrappedKey(row.key_id, bytes(row.wrapped))) for row in rows}


async def of(tx: Transaction, vault: Vault, subject_ids: Collection[str]) -> Mapping[str, DataKey]:
    """Return the data keys of parties, making one for each that never had one.

    A party whose key was destroyed is left out: nothing is kept of it any more.
    """
    found = await existing(tx, vault, subject_ids)
    # Sorted, so that two batches with common parties wait for each other instead of deadlocking.
    new = sorted(set(subject_ids) - found.keys())
    if not new:
        return found
    made = {subject_id: vault.new_key(subject_id) for subject_id in new}
    added = await tx.execute(
        _ADD,
        {
            "subject_id": new,
            "key_id": [stored.key_id for _, stored in made.values()],
            "wrapped": [stored.wrapped for _, stored in made.values()],
        },
    )
    found |= {subject_id: made[subject_id][0] for subject_id in added.scalars()}
    others = set(subject_ids) - found.keys()
    return found | await existing(tx, vault, others) if others else found


async def count_by_master(tx: Transaction) -> dict[str, int]:
    """Return how many data keys each master key wraps."""
    return {row.key_id: row.keys for row in await tx.execute(_COUNT)}


async def wrapped_by_others(tx: Transaction, active: str, limit: int) -> list[tuple[str, WrappedKey]]:
    """Return up to `limit` data keys, with their parties, that another master key than the active one wraps; locked."""
    found: list[tuple[str, WrappedKey]] = []
    for master in [row.key_id for row in await tx.execute(_MASTERS)]:
        if master != active and len(found) < limit:
            rows = await tx.execute(_WRAPPED_BY, {"key_id": master, "limit": limit - len(found)})
            found.extend((row.subject_id, WrappedKey(row.key_id, bytes(row.wrapped))) for row in rows)
    return found


async def replace_wrapped(tx: Transaction, anew: Sequence[tuple[str, WrappedKey, WrappedKey]]) -> None:
    """Store data keys as another master key wraps them: party, how it was wrapped, and how it is."""
    await tx.execute(
        _REPLACE,
        {
            "subject_id": [subject_id for subject_id, _, _ in anew],
            "key_id": [after.key_id for _, _, after in anew],
            "wrapped": [after.wrapped for _, _, after in anew],
            "before": [before.wrapped for _, before, _ in anew],
        },
    )
