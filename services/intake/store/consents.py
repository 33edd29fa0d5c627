"""Consents in PostgreSQL: added, and revoked once. What proves them is sealed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import text

from services.intake.domain.consent import Consent, Proof
from services.intake.vault import DataKey
from shared.db import Transaction

_PROOF: Final = TypeAdapter(Proof)
_SELECT: Final = """
    SELECT c.consent_id, c.party_id, c.purpose, c.scope, c.proof, c.given_at, c.expires_at, c.recorded_by,
           c.recorded_at, c.revoked_at, c.revoked_by, c.revocation
    FROM consent c
"""
_ADD: Final = text("""
    INSERT INTO consent (consent_id, party_id, purpose, scope, proof, given_at, expires_at, recorded_by, recorded_at)
    VALUES (:consent_id, :party_id, :purpose, CAST(:scope AS text[]), :proof, :given_at, :expires_at, :recorded_by,
            :recorded_at)
""")
_REVOKE: Final = text("""
    UPDATE consent SET revoked_at = :revoked_at, revoked_by = :revoked_by, revocation = :revocation
    WHERE consent_id = :consent_id AND revoked_at IS NULL
""")
_FIND: Final = text(f"{_SELECT} WHERE c.consent_id = :consent_id FOR UPDATE")
_PAGE: Final = text(f"""
    {_SELECT} WHERE c.party_id = ANY(CAST(:party_ids AS text[])) AND c.consent_id < :before
    ORDER BY c.consent_id DESC LIMIT :limit
""")
_STANDING: Final = text(f"""
    {_SELECT} WHERE c.party_id = ANY(CAST(:party_ids AS text[])) AND c.revoked_at IS NULL AND c.expires_at > :now
""")
_HOLDING: Final = text("""
    SELECT consent_id FROM consent
    WHERE consent_id = ANY(CAST(:consent_ids AS text[])) AND revoked_at IS NULL AND expires_at > :now
""")


async def add(tx: Transaction, consent: Consent, key: DataKey) -> None:
    """Store a new consent, its proof sealed under the party's key."""
    assert consent.proof is not None
    await tx.execute(
        _ADD,
        {
            "consent_id": consent.consent_id,
            "party_id": consent.party_id,
            "purpose": consent.purpose,
            "scope": list(consent.scope),
            "proof": key.seal(f"proof:{consent.consent_id}", _PROOF.dump_json(consent.proof)),
            "given_at": consent.given_at,
            "expires_at": consent.expires_at,
            "recorded_by": consent.recorded_by,
            "recorded_at": consent.recorded_at,
        },
    )


async def revoke(tx: Transaction, consent_id: str, now: datetime, actor: str, why: str, key: DataKey | None) -> None:
    """Store that a consent holds no longer; why, only where the party still has a key to seal it with."""
    sealed = None if key is None else key.seal(f"revocation:{consent_id}", why.encode())
    values = {"consent_id": consent_id, "revoked_at": now, "revoked_by": actor, "revocation": sealed}
    await tx.execute(_REVOKE, values)


async def find(tx: Transaction, consent_id: str) -> Consent | None:
    """Return a consent without what is sealed, and keep others from revoking it; None when there is none."""
    row = (await tx.execute(_FIND, {"consent_id": consent_id})).one_or_none()
    return None if row is None else _consent(row, None)


async def page(
    tx: Transaction, party_ids: Collection[str], before: str, limit: int, opened: Mapping[str, DataKey]
) -> list[Consent]:
    """Return up to `limit` consents of records with ids before one, newest first; keys open what is sealed."""
    rows = await tx.execute(_PAGE, {"party_ids": list(party_ids), "before": before, "limit": limit})
    return [_consent(row, opened.get(row.party_id)) for row in rows]


async def standing(tx: Transaction, party_ids: Collection[str], now: datetime) -> Mapping[str, list[Consent]]:
    """Return the consents that are neither revoked nor expired, by party, without what is sealed."""
    found: dict[str, list[Consent]] = defaultdict(list)
    for row in await tx.execute(_STANDING, {"party_ids": list(set(party_ids)), "now": now}):
        found[row.party_id].append(_consent(row, None))
    return found


async def holding(tx: Transaction, consent_ids: Collection[str], now: datetime) -> set[str]:
    """Return those of the consents that are neither revoked nor expired."""
    return set((await tx.execute(_HOLDING, {"consent_ids": list(consent_ids), "now": now})).scalars())


def _consent(row: Any, key: DataKey | None) -> Consent:
    proof, why = None, None
    if key is not None:
        proof = _PROOF.validate_json(key.open(f"proof:{row.consent_id}", bytes(row.proof)))
        if row.revocation is not None:
            why = key.open(f"revocation:{row.consent_id}", bytes(row.revocation)).decode()
    return Consent(
        consent_id=row.consent_id,
        party_id=row.party_id,
        purpose=row.purpose,
        scope=tuple(row.scope),
        given_at=row.given_at,
        expires_at=row.expires_at,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        proof=proof,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revoked_why=why,
    )
