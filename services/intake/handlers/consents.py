"""Consents: recorded, shown, revoked, and asked for before anybody is asked about a party."""

from collections.abc import Collection
from datetime import datetime

from services.intake.domain.consent import Consent, covering
from services.intake.store import consents
from shared.db import Transaction


async def valid(tx: Transaction, party_id: str, purpose: str, scope: Collection[str], now: datetime) -> Consent | None:
    """Return the consent of a party that allows, now, to ask a source for a purpose; None when there is none.

    `scope` has the words that a consent may name the source by: its name, and its kind.
    """
    standing = await consents.standing(tx, [party_id], now)
    return covering(standing.get(party_id, ()), purpose, scope, now)
