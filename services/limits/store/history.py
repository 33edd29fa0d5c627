"""The entries of an account, read back."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.account import Entry, EntryKind
from shared.db import Transaction

_PAGE: Final = text("""
    SELECT account_id, version, kind, created_at, transaction_id, limit_delta, cover_delta, available_delta,
           reserved_delta, posted_delta, available_minor, decision_id, reservation_id, item_id, proposal_id,
           reference, actor, reason
    FROM entry WHERE account_id = :account_id AND version < :before ORDER BY version DESC LIMIT :limit
""")


async def page(tx: Transaction, account_id: str, before: int, limit: int) -> Sequence[Entry]:
    """Return up to `limit` entries of an account with a version below `before`, newest first."""
    rows = await tx.execute(_PAGE, {"account_id": account_id, "before": before, "limit": limit})
    return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    return Entry(
        account_id=row.account_id,
        version=row.version,
        kind=EntryKind(row.kind),
        created_at=row.created_at,
        transaction_id=row.transaction_id,
        limit_delta=row.limit_delta,
        cover_delta=row.cover_delta,
        available_delta=row.available_delta,
        reserved_delta=row.reserved_delta,
        posted_delta=row.posted_delta,
        available_minor=row.available_minor,
        decision_id=row.decision_id,
        reservation_id=row.reservation_id,
        item_id=row.item_id,
        proposal_id=row.proposal_id,
        reference=row.reference,
        actor=row.actor,
        reason=row.reason,
    )
