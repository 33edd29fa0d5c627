"""The rules that checks go by: added, never changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from shared.db import Transaction

_LATEST: Final = text("""
    SELECT product, revision, document::text AS document, hash, actor, reason, created_at FROM check_rule
    WHERE (product, revision) IN (
        SELECT product, max(revision) FROM check_rule WHERE product = ANY(CAST(:product AS text[])) GROUP BY product
    )
""")
_PAGE: Final = text("""
    SELECT product, revision, document::text AS document, hash, actor, reason, created_at FROM check_rule
    WHERE product = :product AND revision < :before ORDER BY revision DESC LIMIT :limit
""")
_ADD: Final = text("""
    INSERT INTO check_rule (product, revision, document, hash, actor, reason)
    VALUES (:product, :revision, CAST(:document AS json), :hash, :actor, :reason)
    ON CONFLICT DO NOTHING
    RETURNING created_at
""")


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it was put: `document` is its canonical text."""

    product: str
    revision: int
    document: str
    hash: str
    actor: str
    reason: str
    created_at: datetime


async def latest(tx: Transaction, products: Collection[str]) -> dict[str, StoredRule]:
    """Return the rule in force of each product that has one."""
    rows = await tx.execute(_LATEST, {"product": sorted(products)})
    return {row.product: _rule(row) for row in rows}


async def page(tx: Transaction, product: str, before: int, limit: int) -> list[StoredRule]:
    """Return the revisions of a product's rule below `before`, newest first."""
    rows = await tx.execute(_PAGE, {"product": product, "before": before, "limit": limit})
    return [_rule(row) for row in rows]


async def add(
    tx: Transaction, product: str, revision: int, document: str, content_hash: str, actor: str, reason: str
) -> datetime | None:
    """Store the next revision and return when; None when a rival stored it first."""
    values = {
        "product": product,
        "revision": revision,
        "document": document,
        "hash": content_hash,
        "actor": actor,
        "reason": reason,
    }
    created_at: datetime | None = (await tx.execute(_ADD, values)).scalar_one_or_none()
    return created_at


def _rule(row: Any) -> StoredRule:
    return StoredRule(row.product, row.revision, row.document, row.hash, row.actor, row.reason, row.created_at)
