"""What is counted over all accounts, for the gauges."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from services.limits.store.plans import read_much
from shared.db import Transaction

_COUNT: Final = text("""
    WITH expiring AS (
        SELECT account_id, max(due_at) AS due_at FROM signal
        WHERE kind = 'limit_expiring' AND due_at > statement_timestamp() GROUP BY account_id
    ), counted AS (
        SELECT a.product, a.segment, coalesce(a.sbu, '') AS sbu, a.status, a.band, count(*) AS accounts,
               count(*) FILTER (WHERE a.limit_basis <> 'unset'
                   AND a.posted_minor + a.reserved_minor > a.limit_minor + a.cover_minor) AS oversold,
               count(*) FILTER (WHERE a.status <> 'closed'
                   AND a.review_due_on <= CAST(statement_timestamp() AT TIME ZONE 'UTC' AS date)) AS reviews_overdue,
               count(e.account_id) AS expiring
        FROM account a LEFT JOIN expiring e ON e.account_id = a.account_id AND a.limit_changes_at <= e.due_at
        GROUP BY a.product, a.segment, 3, a.status, a.band
    ), ranked AS (
        SELECT c.*, dense_rank() OVER (ORDER BY t.accounts DESC, product, segment, sbu) <= :most AS is_named
        FROM counted c JOIN (
            SELECT product, segment, sbu, sum(accounts) AS accounts FROM counted GROUP BY product, segment, sbu
        ) t USING (product, segment, sbu)
    )
    SELECT CASE WHEN is_named THEN product ELSE :other END AS product,
           CASE WHEN is_named THEN segment ELSE :other END AS segment,
           CASE WHEN is_named THEN sbu ELSE :other END AS sbu, status, band,
           CAST(sum(accounts) AS bigint) AS accounts, CAST(sum(oversold) AS bigint) AS oversold,
           CAST(sum(reviews_overdue) AS bigint) AS reviews_overdue, CAST(sum(expiring) AS bigint) AS expiring
    FROM ranked GROUP BY 1, 2, 3, 4, 5
""")
_UNSWEPT: Final = text("""
    SELECT kind, coalesce(greatest(extract(epoch FROM statement_timestamp() - due_at), 0), 0)::float8 AS seconds
    FROM (VALUES
        ('reservations', (SELECT min(expires_at) FROM reservation WHERE state = 'reserved')),
        ('limits', (SELECT min(limit_changes_at) FROM account WHERE limit_changes_at IS NOT NULL))
    ) AS r(kind, due_at)
""")
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Count:
    """How many accounts of a product, segment and unit have a status and a band, and how many of them what else."""

    product: str
    segment: str
    sbu: str
    status: str
    band: int
    accounts: int
    oversold: int
    reviews_overdue: int
    expiring: int


async def counts(tx: Transaction, most: int) -> list[Count]:
    """Count all accounts; the `most` groups with most accounts are named, the rest is one group called `other`."""
    await read_much(tx)
    return [Count(*row) for row in await tx.execute(_COUNT, {"most": most, "other": OTHER})]


async def unswept(tx: Transaction) -> dict[str, float]:
    """Return for how many seconds the oldest reservation, and limit, that ran out has waited to be recorded."""
    return {row.kind: row.seconds for row in await tx.execute(_UNSWEPT)}
