"""Ledger entries: added, never changed. The app role could not change them."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Entry
from shared.db import Transaction, rows_json

_ADD: Final = text("""
    INSERT INTO entry (transaction_id, account_id, version, kind, limit_delta, cover_delta, available_delta,
                       reserved_delta, posted_delta, available_minor, decision_id, reservation_id, item_id,
                       proposal_id, reference, actor, reason, created_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(transaction_id text, account_id text, version bigint, kind text, limit_delta bigint,
                cover_delta bigint, available_delta bigint, reserved_delta bigint, posted_delta bigint,
                available_minor bigint, decision_id text, reservation_id text, item_id text, proposal_id text,
                reference text, actor text, reason text, created_at timestamptz)
""")
_GRANTED: Final = text("SELECT decision_id FROM entry WHERE decision_id = ANY(CAST(:decision_id AS text[]))")


async def add(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Store entries."""
    if not entries:
        return
    rows = [
        {
            "transaction_id": entry.transaction_id,
            "account_id": entry.account_id,
            "version": entry.version,
            "kind": entry.kind,
            "limit_delta": entry.limit_delta,
            "cover_delta": entry.cover_delta,
            "available_delta": entry.available_delta,
            "reserved_delta": entry.reserved_delta,
            "posted_delta": entry.posted_delta,
            "available_minor": entry.available_minor,
            "decision_id": entry.decision_id,
            "reservation_id": entry.reservation_id,
            "item_id": entry.item_id,
            "proposal_id": entry.proposal_id,
            "reference": entry.reference,
            "actor": entry.actor,
            "reason": entry.reason,
            "created_at": entry.created_at,
        }
        for entry in entries
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows)})


async def granted(tx: Transaction, decision_ids: Collection[str]) -> set[str]:
    """Return those decisions that have been entered; exact while the accounts they are about are locked."""
    return set((await tx.execute(_GRANTED, {"decision_id": sorted(decision_ids)})).scalars())
