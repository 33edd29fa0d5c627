"""Ledger entries: added, never changed. The app role could not change them."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Entry
from shared.db import Transaction, copy_rows

_GRANTED: Final = text("SELECT decision_id FROM entry WHERE decision_id = ANY(CAST(:decision_id AS text[]))")


async def add(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Store entries."""
    if entries:
        # An entry has the fields of its row.
        await copy_rows(tx, "entry", Entry._fields, entries)


async def granted(tx: Transaction, decision_ids: Collection[str]) -> set[str]:
    """Return those decisions that have been entered; exact while the accounts they are about are locked."""
    return set((await tx.execute(_GRANTED, {"decision_id": sorted(decision_ids)})).scalars())
