"""Ledger entries: added, never changed. The app role could not change them."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Entry
from shared.db import Transaction
from shared.ids import new_id

_ADD: Final = text("""
    INSERT INTO entry (entry_id, account_id, version, kind, limit_delta, reserved_delta, posted_delta, decision_id,
                       reservation_id, reference, created_at)
    SELECT r.entry_id, r.account_id, r.version, r.kind, r.limit_delta, r.reserved_delta, r.posted_delta, r.decision_id,
           r.reservation_id, r.reference, r.created_at
    FROM unnest(CAST(:entry_id AS text[]), CAST(:account_id AS text[]), CAST(:version AS bigint[]),
                CAST(:kind AS text[]), CAST(:limit_delta AS bigint[]), CAST(:reserved_delta AS bigint[]),
                CAST(:posted_delta AS bigint[]), CAST(:decision_id AS text[]), CAST(:reservation_id AS text[]),
                CAST(:reference AS text[]), CAST(:created_at AS timestamptz[]))
         AS r(entry_id, account_id, version, kind, limit_delta, reserved_delta, posted_delta, decision_id,
              reservation_id, reference, created_at)
""")
_GRANTED: Final = text("SELECT decision_id FROM entry WHERE decision_id = ANY(CAST(:decision_id AS text[]))")


async def add(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Store entries."""
    if not entries:
        return
    await tx.execute(
        _ADD,
        {
            "entry_id": [new_id("ent") for _ in entries],
            "account_id": [entry.account_id for entry in entries],
            "version": [entry.version for entry in entries],
            "kind": [entry.kind for entry in entries],
            "limit_delta": [entry.limit_delta for entry in entries],
            "reserved_delta": [entry.reserved_delta for entry in entries],
            "posted_delta": [entry.posted_delta for entry in entries],
            "decision_id": [entry.decision_id for entry in entries],
            "reservation_id": [entry.reservation_id for entry in entries],
            "reference": [entry.reference for entry in entries],
            "created_at": [entry.created_at for entry in entries],
        },
    )


async def granted(tx: Transaction, decision_ids: Collection[str]) -> set[str]:
    """Return those decisions that have been entered; exact while the accounts they are about are locked."""
    return set((await tx.execute(_GRANTED, {"decision_id": sorted(decision_ids)})).scalars())
