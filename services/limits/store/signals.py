"""What has been signalled, and what is to be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Account
from shared.db import Transaction, rows_json

LIMIT_EXPIRING: Final = "limit_expiring"
REVIEW_DUE: Final = "review_due"

_SAVE_BANDS: Final = text("""
    UPDATE account a SET band = r.band
    FROM json_to_recordset(CAST(:rows AS json)) AS r(account_id text, band smallint)
    WHERE a.account_id = r.account_id
""")
_LEAD: Final = text("SELECT pg_try_advisory_xact_lock(hashtext('limit_signals'), hashtext(current_schema()))")
_LONGEST_NOTICE: Final = text("SELECT coalesce(max(expiring_notice_days), 0) FROM product_terms")
_CHANGING: Final = text("""
    SELECT account_id, limit_changes_at FROM account
    WHERE limit_changes_at > :now AND limit_changes_at <= :until AND status <> 'closed'
      AND (limit_changes_at, account_id) > (:after_at, :after_id)
    ORDER BY limit_changes_at, account_id LIMIT :limit
""")
_OVERDUE: Final = text("""
    SELECT a.account_id, a.review_due_on FROM account a
    WHERE a.review_due_on <= CAST(:today AS date) AND a.status <> 'closed' AND NOT EXISTS (
        SELECT FROM signal s WHERE s.kind = 'review_due' AND s.account_id = a.account_id
          AND s.due_at = CAST(a.review_due_on AS timestamp) AT TIME ZONE 'UTC'
    )
    ORDER BY a.review_due_on, a.account_id LIMIT :limit
""")
_NOTE: Final = text("""
    INSERT INTO signal (kind, account_id, due_at)
    SELECT :kind, r.account_id, r.due_at
    FROM json_to_recordset(CAST(:rows AS json)) AS r(account_id text, due_at timestamptz)
    ON CONFLICT DO NOTHING RETURNING account_id, due_at
""")


async def save_bands(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store which threshold was signalled last on locked accounts."""
    if not accounts:
        return
    rows = [{"account_id": account.account_id, "band": account.band} for account in accounts]
    await tx.execute(_SAVE_BANDS, {"rows": rows_json(rows)})


async def lead(tx: Transaction) -> bool:
    """Return whether this transaction is the one that looks for what is to be signalled; others need not."""
    leads: bool = (await tx.execute(_LEAD)).scalar_one()
    return leads


async def longest_notice_days(tx: Transaction) -> int:
    """Return how long before the end of a limit any product ever wanted to be told of it."""
    days: int = (await tx.execute(_LONGEST_NOTICE)).scalar_one()
    return days


Place = tuple[datetime, str]
"""How far a walk has come over accounts in the order in which their limits change: time and account."""


async def changing(tx: Transaction, now: datetime, until: datetime, after: Place, limit: int) -> list[Place]:
    """Return the next accounts whose limits change between two times, each with the time."""
    rows = await tx.execute(
        _CHANGING, {"now": now, "until": until, "after_at": after[0], "after_id": after[1], "limit": limit}
    )
    return [(row.limit_changes_at, row.account_id) for row in rows]


@dataclass(frozen=True, slots=True)
class Due:
    """An account and the day on which its review was due."""

    account_id: str
    review_due_on: date


async def overdue(tx: Transaction, today: date, limit: int) -> list[Due]:
    """Return accounts whose review was due and that was not told, the longest overdue first."""
    rows = await tx.execute(_OVERDUE, {"today": today, "limit": limit})
    return [Due(row.account_id, row.review_due_on) for row in rows]


def day(on: date) -> datetime:
    """Return the moment that stands for a day."""
    return datetime.combine(on, time(), UTC)


async def note(tx: Transaction, kind: str, dues: Collection[tuple[str, datetime]]) -> set[tuple[str, datetime]]:
    """Note that accounts and dates are told; return those that had not been."""
    if not dues:
        return set()
    # Sorted, so that two who note the same wait for each other instead of deadlocking.
    rows = [{"account_id": account_id, "due_at": due_at} for account_id, due_at in sorted(dues)]
    found = await tx.execute(_NOTE, {"kind": kind, "rows": rows_json(rows)})
    return {(row.account_id, row.due_at) for row in found}
