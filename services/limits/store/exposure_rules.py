"""Which documents of a product count: every version that was ever in force."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.items.item import Category
from services.limits.domain.items.rules import ExposureRules
from shared.db import Transaction

_CURRENT: Final = text("""
    SELECT r.* FROM unnest(CAST(:product AS text[])) AS p(product) CROSS JOIN LATERAL (
        SELECT product, version, categories, count_disputed, reduce_by_credits, horizon_days
        FROM exposure_rule WHERE product = p.product ORDER BY version DESC LIMIT 1
    ) r
""")
_VERSIONS: Final = text("""
    SELECT product, version, categories, count_disputed, reduce_by_credits, horizon_days, actor, reason, created_at
    FROM exposure_rule WHERE product = :product ORDER BY version DESC LIMIT :limit
""")
_ADD: Final = text("""
    INSERT INTO exposure_rule (product, version, categories, count_disputed, reduce_by_credits, horizon_days, actor,
                               reason)
    VALUES (:product, :version, CAST(:categories AS text[]), :count_disputed, :reduce_by_credits, :horizon_days,
            :actor, :reason)
    ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """Rules as somebody put them in force, and why."""

    rules: ExposureRules
    actor: str
    reason: str
    created_at: datetime


async def current(tx: Transaction, products: Collection[str]) -> dict[str, ExposureRules]:
    """Return the rules of products, those that are built in where nobody made any."""
    found = {product: ExposureRules(product) for product in products}
    for row in await tx.execute(_CURRENT, {"product": sorted(found)}):
        found[row.product] = _rules(row)
    return found


async def versions(tx: Transaction, product: str, limit: int) -> list[RulesVersion]:
    """Return the versions of a product's rules, latest first."""
    rows = await tx.execute(_VERSIONS, {"product": product, "limit": limit})
    return [RulesVersion(_rules(row), row.actor, row.reason, row.created_at) for row in rows]


async def add(tx: Transaction, rules: ExposureRules, actor: str, reason: str) -> bool:
    """Store a new version of rules; return False when somebody else has stored it."""
    values = {
        "product": rules.product,
        "version": rules.version,
        "categories": sorted(rules.categories),
        "count_disputed": rules.count_disputed,
        "reduce_by_credits": rules.reduce_by_credits,
        "horizon_days": rules.horizon_days,
        "actor": actor,
        "reason": reason,
    }
    return (await tx.execute(_ADD, values)).rowcount == 1


def _rules(row: Any) -> ExposureRules:
    return ExposureRules(
        product=row.product,
        version=row.version,
        categories=frozenset(map(Category, row.categories)),
        count_disputed=row.count_disputed,
        reduce_by_credits=row.reduce_by_credits,
        horizon_days=row.horizon_days,
    )
