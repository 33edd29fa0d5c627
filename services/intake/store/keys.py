"""The wrapped data keys of parties."""

from collections.abc import Collection, Mapping
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
    ON CONFLICT DO NOTHING
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
    wrapped = [vault.new_key(subject_id)[1] for subject_id in new]
    await tx.execute(
        _ADD,
        {
            "subject_id": new,
            "key_id": [key.key_id for key in wrapped],
            "wrapped": [key.wrapped for key in wrapped],
        },
    )
    return await existing(tx, vault, subject_ids)
