"""What is compared: the books as they are at one moment, tree by tree."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import text

from shared.db import Transaction

_SNAPSHOT: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_ROOTS: Final = text("""
    SELECT account_id FROM account WHERE cardinality(path) = 1 AND account_id > :after ORDER BY account_id LIMIT :limit
""")
_ROOT_OF: Final = text("SELECT path[1] FROM account WHERE account_id = :account_id")
_MEMBERS: Final = text("""
    SELECT account_id FROM account WHERE path && CAST(:roots AS text[]) AND account_id > :after
    ORDER BY account_id LIMIT :limit
""")
_WITH_ITEMS: Final = text("""
    SELECT a.account_id FROM account a WHERE a.path && CAST(:roots AS text[]) AND a.account_id > :after
      AND EXISTS (SELECT FROM exposure_item i WHERE i.account_id = a.account_id)
    ORDER BY a.account_id LIMIT :limit
""")
_UNSETTLED: Final = text("SELECT DISTINCT product FROM default_rollout WHERE finished_at IS NULL")
_LARGE: Final = text("""
    SELECT DISTINCT path[1] FROM account WHERE path && CAST(:roots AS text[]) AND version > :most
""")


async def snapshot(tx: Transaction) -> None:
    """Have this transaction see the books as they are now until it ends; to be called before anything else."""
    await tx.execute(_SNAPSHOT)


async def roots(tx: Transaction, after: str, limit: int) -> list[str]:
    """Return the next trees in order of id, by their roots."""
    return list((await tx.execute(_ROOTS, {"after": after, "limit": limit})).scalars())


async def root_of(tx: Transaction, account_id: str) -> str | None:
    """Return the root of the tree an account is in, None when there is no such account."""
    found: str | None = (await tx.execute(_ROOT_OF, {"account_id": account_id})).scalar_one_or_none()
    return found


async def members(tx: Transaction, trees: Collection[str], after: str, limit: int) -> list[str]:
    """Return the next accounts of some trees, given by their roots, in order of id."""
    rows = await tx.execute(_MEMBERS, {"roots": sorted(trees), "after": after, "limit": limit})
    return list(rows.scalars())


async def with_items(tx: Transaction, trees: Collection[str], after: str, limit: int) -> list[str]:
    """Return the next accounts of some trees that have documents, in order of id."""
    rows = await tx.execute(_WITH_ITEMS, {"roots": sorted(trees), "after": after, "limit": limit})
    return list(rows.scalars())


async def large(tx: Transaction, trees: Collection[str], most: int) -> set[str]:
    """Return those trees, by their roots, that have an account with more than `most` entries."""
    return set((await tx.execute(_LARGE, {"roots": sorted(trees), "most": most})).scalars())


async def unsettled_products(tx: Transaction) -> set[str]:
    """Return the products of which another default is on its way to the accounts."""
    return set((await tx.execute(_UNSETTLED)).scalars())
