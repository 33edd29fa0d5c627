"""Ledger entries: added, never changed. The app role could not change them."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Entry
from shared.db import Transaction, rows_json
from shared.ids import new_id

_ADD: Final = text("""
    INSERT INTO entry (entry_id, account_id, version, kind, limit_delta, reserved_delta, posted_delta, decision_id,
                       reservation_id, reference, created_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(entry_id text, account_id text, version bigint, kind text, limit_delta bigint, reserved_delta bigint,
                posted_delta bigint, decision_id text, reservation_id text, reference text, created_at timestamptz)
""")
_GRANTED: Final = text("SELECT decision_id FROM entry WHERE decision_id = ANY(CAST(:decision_id AS text[]))")


async def add(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Store entries."""
    if not entries:
        return
    rows = [
        {
            "entry_id": new_id("ent"),
            "account_id": entry.account_id,
            "version": entry.version,
            "kind": entry.kind,
            "limit_delta": entry.limit_delta,
            "reserved_delta": entry.reserved_delta,
            "posted_delta": entry.posted_delta,
            "decision_id": entry.decision_id,
            "reservation_id": entry.reservation_id,
            "reference": entry.reference,
            "created_at": entry.created_at,
        }
        for entry in entries
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows)})


async def granted(tx: Transaction, decision_ids: Collection[str]) -> set[str]:
    """Return those decisions that have been entered; exact while the accounts they are about are locked."""
    return set((await tx.execute(_GRANTED, {"decision_id": sorted(decision_ids)})).scalars())
