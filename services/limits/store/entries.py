"""Ledger entries: added, never changed. The app role could not change them."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Entry
from shared.db import Transaction, copy_rows

_COLUMNS: Final = (
    "transaction_id",
    "account_id",
    "version",
    "kind",
    "limit_delta",
    "cover_delta",
    "available_delta",
    "reserved_delta",
    "posted_delta",
    "available_minor",
    "decision_id",
    "reservation_id",
    "item_id",
    "proposal_id",
    "reference",
    "actor",
    "reason",
    "created_at",
)
_GRANTED: Final = text("SELECT decision_id FROM entry WHERE decision_id = ANY(CAST(:decision_id AS text[]))")


async def add(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Store entries."""
    if not entries:
        return
    rows = [
        (
            entry.transaction_id,
            entry.account_id,
            entry.version,
            entry.kind,
            entry.limit_delta,
            entry.cover_delta,
            entry.available_delta,
            entry.reserved_delta,
            entry.posted_delta,
            entry.available_minor,
            entry.decision_id,
            entry.reservation_id,
            entry.item_id,
            entry.proposal_id,
            entry.reference,
            entry.actor,
            entry.reason,
            entry.created_at,
        )
        for entry in entries
    ]
    await copy_rows(tx, "entry", _COLUMNS, rows)


async def granted(tx: Transaction, decision_ids: Collection[str]) -> set[str]:
    """Return those decisions that have been entered; exact while the accounts they are about are locked."""
    return set((await tx.execute(_GRANTED, {"decision_id": sorted(decision_ids)})).scalars())
