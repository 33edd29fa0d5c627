"""The keys of parties in PostgreSQL, each as 8 bytes of a blind digest."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import text

from services.intake.domain.matching import Key
from services.intake.vault import Vault
from shared.db import Transaction, copy_rows, driver

_DIGEST_KIND: Final = "match"
LARGEST_BLOCK: Final = 64
"""A key that more parties share tells too little to be worth following."""

# A block is read to one more than may be followed, whatever its size.
_BLOCKS: Final = """
    SELECT w.digest, b.party_ids
    FROM unnest($1::bigint[]) AS w(digest)
    CROSS JOIN LATERAL (
        SELECT array_agg(s.party_id) AS party_ids
        FROM (SELECT k.party_id FROM match_key k WHERE k.digest = w.digest LIMIT $2 + 1) s
    ) b
    WHERE cardinality(b.party_ids) <= $2
"""
# Sorted, so that two batches with common identifiers wait for each other instead of deadlocking.
_WAIT: Final = """
    SELECT pg_advisory_xact_lock(digest) FROM (SELECT DISTINCT unnest($1::bigint[]) AS digest ORDER BY 1) d
"""
_FORGET: Final = text("DELETE FROM match_key WHERE party_id = ANY(CAST(:party_ids AS text[]))")


def digest(vault: Vault, key: Key) -> int:
    """Return what is stored of a key: the first 8 bytes of its blind digest, as a signed integer."""
    return int.from_bytes(vault.digest(_DIGEST_KIND, key.text)[:8], signed=True)


async def wait_for(tx: Transaction, digests: Collection[int]) -> None:
    """Let no other transaction match, or index, parties of these keys until this one ends; wait for those that do."""
    if digests:
        await (await driver(tx)).execute(_WAIT, list(digests))


async def blocks(tx: Transaction, digests: Collection[int]) -> dict[int, list[str]]:
    """Return the parties that share keys, by key; keys that nobody has, or too many, are left out."""
    if not digests:
        return {}
    rows = await (await driver(tx)).fetch(_BLOCKS, list(digests), LARGEST_BLOCK)
    return {row["digest"]: row["party_ids"] for row in rows}


async def replace(tx: Transaction, keys: Mapping[str, Collection[int]]) -> None:
    """Store the keys of parties, in place of those that they had."""
    await forget(tx, keys)
    rows = [(digest, party_id) for party_id, digests in keys.items() for digest in set(digests)]
    if rows:
        await copy_rows(tx, "match_key", ("digest", "party_id"), rows)


async def forget(tx: Transaction, party_ids: Collection[str]) -> None:
    """Delete the keys of parties."""
    if party_ids:
        await tx.execute(_FORGET, {"party_ids": list(party_ids)})
