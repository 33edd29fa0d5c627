"""What the documents of an account add up to."""

from datetime import date
from typing import Final

from sqlalchemy import text

from services.limits.domain.items.exposure import AGEING, CategoryTotal
from services.limits.domain.items.item import Category
from shared.db import Transaction

_BY_CATEGORY: Final = text("""
    SELECT i.category, count(*) AS items, sum(i.own_open_minor)::bigint AS gross_minor,
           sum(i.posted_minor[cardinality(i.path)])::bigint AS counted_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.disputed), 0)::bigint AS disputed_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.standing = 'beyond_horizon'), 0)::bigint
               AS beyond_horizon_minor,
           coalesce(sum(i.own_open_minor) FILTER (WHERE i.statistical), 0)::bigint AS statistical_minor
    FROM exposure_item i WHERE i.account_id = :account_id AND i.own_open_minor > 0
    GROUP BY i.category ORDER BY i.category
""")
_AGEING: Final = text("""
    SELECT width_bucket(CAST(:today AS date) - coalesce(i.due_on, CAST(:today AS date)),
                        ARRAY[1, 31, 61, 91, 121]) AS bucket,
           sum(i.own_open_minor)::bigint AS open_minor
    FROM exposure_item i
    WHERE i.account_id = :account_id AND i.own_open_minor > 0 AND i.category = 'invoice' AND NOT i.statistical
    GROUP BY 1
""")


async def by_category(tx: Transaction, account_id: str) -> list[CategoryTotal]:
    """Return what the open items of an account come to, by category."""
    rows = await tx.execute(_BY_CATEGORY, {"account_id": account_id})
    return [
        CategoryTotal(
            category=Category(row.category),
            items=row.items,
            counted_minor=row.counted_minor,
            gross_minor=row.gross_minor,
            disputed_minor=row.disputed_minor,
            beyond_horizon_minor=row.beyond_horizon_minor,
            statistical_minor=row.statistical_minor,
        )
        for row in rows
    ]


async def ageing(tx: Transaction, account_id: str, today: date) -> tuple[int, ...]:
    """Return what of the open invoices of an account is in each bucket of `AGEING`, in minor units of its currency."""
    rows = {row.bucket: row.open_minor for row in await tx.execute(_AGEING, {"account_id": account_id, "today": today})}
    return tuple(rows.get(place, 0) for place in range(len(AGEING)))
