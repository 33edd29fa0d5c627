"""Rotation of master keys: data keys are wrapped anew by the active one, while everything runs.

What they seal is not touched. A new key of the blind index can't be had so cheaply: what was indexed must be again.
"""

from services.intake.handlers import matching
from services.intake.store import keys, parties, privacy
from services.intake.vault import Vault
from shared.db import Database


async def count(db: Database) -> dict[str, int]:
    """Return how many data keys each master key wraps."""
    async with db.transaction() as tx:
        return await keys.count_by_master(tx)


async def step(db: Database, vault: Vault, limit: int) -> int:
    """Wrap up to `limit` data keys anew that another master key than the active one wraps; return how many there were.

    Any number of processes may do so at once, and one that dies leaves nothing half done. Raises `SealError` when a
    master key that is still in use is not in the vault.
    """
    async with db.transaction() as tx:
        old = await keys.wrapped_by_others(tx, vault.active, limit)
        anew = [(subject_id, stored, vault.rewrap(subject_id, stored)) for subject_id, stored in old]
        await keys.replace_wrapped(tx, anew)
    return len(old)


async def reindex_step(db: Database, vault: Vault, after: str, limit: int) -> str | None:
    """Index up to `limit` records anew, those after an id; return the last one's id, None when there are no more.

    Merged ones too: what came in as one of these is still found by it.
    """
    async with db.transaction() as tx:
        ids = await privacy.ids_after(tx, after, limit)
        found = await parties.find(tx, vault, ids)
        entries = {
            party_id: (party.kind, party.profile) for party_id, party in found.items() if party.profile is not None
        }
        if entries:
            await matching.index(tx, vault, entries)
    return ids[-1] if ids else None
