"""Investigations in PostgreSQL: opened, taken by workers source by source, and ended."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from shared.db import Transaction

OPENED_CHANNEL: Final = "intake_investigation"

_OPEN: Final = text("""
    INSERT INTO investigation (application_id, revision, party_id, product)
    SELECT * FROM unnest(CAST(:application_id AS text[]), CAST(:revision AS integer[]), CAST(:party_id AS text[]),
                         CAST(:product AS text[]))
    ON CONFLICT DO NOTHING
""")
_TELL: Final = text("SELECT pg_notify(:channel, '')")
_CANCEL: Final = text("""
    UPDATE investigation SET ended_at = now(), is_cancelled = true, inquiry_id = NULL
    WHERE application_id = ANY(CAST(:application_ids AS text[])) AND ended_at IS NULL
""")


async def open(tx: Transaction, entries: Sequence[tuple[str, int, str, str]]) -> None:
    """Begin investigations, each given as application id, revision, party id and product; a worker does the rest."""
    if not entries:
        return
    application_ids, revisions, party_ids, products = (list(column) for column in zip(*entries, strict=True))
    await tx.execute(
        _OPEN,
        {"application_id": application_ids, "revision": revisions, "party_id": party_ids, "product": products},
    )
    await tx.execute(_TELL, {"channel": OPENED_CHANNEL})


async def cancel(tx: Transaction, application_ids: Collection[str]) -> None:
    """End the investigations of applications without telling anybody; what is on its way is not kept."""
    await tx.execute(_CANCEL, {"application_ids": list(application_ids)})
