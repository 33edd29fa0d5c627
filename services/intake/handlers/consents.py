"""Consents: recorded, shown, revoked, and looked at before anybody is asked about a party."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.consent import Consent, Proof, covering, faults_of
from services.intake.domain.party import PartyStatus
from services.intake.replies import consents as replies
from services.intake.store import consents, keys, parties
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction, clock
from shared.errors import Refusal, conflict, invalid, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id

_NO_PARTY = not_found("party_not_found", "there is no such party")
_ERASED = conflict("party_erased", "this party was erased; nothing is kept of it any more")


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """The command to record that a party has consented; times are not yet checked."""

    party_id: str
    purpose: str
    scope: tuple[str, ...]
    proof: Proof
    given_at: datetime
    expires_at: datetime
    actor: str


async def record(db: Database, vault: Vault, command: GiveConsent, claim: Claim) -> Answer:
    """Record a consent, of the party that the record is by now.

    Raises `Refusal`: 404, 409 for an erased party, 422 for one that was given in the future, or has run out.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        party_id = await _party(tx, vault, command.party_id)
        now = await clock(tx)
        faults = faults_of(command.given_at, command.expires_at, now)
        if faults:
            return [invalid("invalid_consent", "this can't be a consent", faults)]
        key = (await keys.of(tx, vault, [party_id])).get(party_id)
        if key is None:
            return [_ERASED]
        consent = Consent(
            consent_id=new_id("cns"),
            party_id=party_id,
            purpose=command.purpose,
            scope=command.scope,
            given_at=command.given_at,
            expires_at=command.expires_at,
            recorded_by=command.actor,
            recorded_at=now,
            proof=command.proof,
        )
        await consents.add(tx, consent, key)
        return [replies.recorded(consent, now)]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def revoke(db: Database, vault: Vault, consent_id: str, actor: str, why: str) -> tuple[Consent, datetime]:
    """Have a consent hold no longer, from now on; return it, and the time.

    An answer that is on its way is thrown away when it comes. Raises `Refusal`: 404, 409 when it was revoked before.
    """
    async with db.transaction() as tx:
        consent = await consents.find(tx, consent_id)
        if consent is None:
            raise not_found("consent_not_found", "there is no such consent")
        if consent.revoked_at is not None:
            raise conflict("already_revoked", "this consent was revoked before")
        now = await clock(tx)
        key = (await keys.existing(tx, vault, [consent.party_id])).get(consent.party_id)
        await consents.revoke(tx, consent_id, now, actor, why, key)
        revoked = await consents.find(tx, consent_id)
    assert revoked is not None
    return revoked, now


async def list_consents(
    db: Database, vault: Vault, party_id: str, before: str, limit: int
) -> tuple[list[Consent], datetime]:
    """Return up to `limit` consents of all records of a party with ids before one, newest first, and the time.

    Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        records = await parties.of_one_party(tx, party_id)
        if not records:
            raise _NO_PARTY
        opened = await keys.existing(tx, vault, records)
        found = await consents.page(tx, records, before, limit, opened)
        return found, await clock(tx)


async def valid(tx: Transaction, party_id: str, purpose: str, scope: Collection[str], now: datetime) -> Consent | None:
    """Return the consent of a party that allows, now, to ask a source for a purpose; None when there is none.

    `scope` has the words that a consent may name the source by: its name, and its kind. A consent on any of the
    records that are one party by now counts.
    """
    records = await parties.of_one_party(tx, party_id)
    standing = await consents.standing(tx, records, now)
    return covering((consent for record in records for consent in standing.get(record, ())), purpose, scope, now)


async def _party(tx: Transaction, vault: Vault, party_id: str) -> str:
    """Return the party that a record is by now; raises `Refusal` with 404, or 409 when it was erased."""
    survivor = (await parties.surviving(tx, [party_id])).get(party_id)
    if survivor is None:
        raise _NO_PARTY
    if (await parties.find(tx, vault, [survivor]))[survivor].status is PartyStatus.ERASED:
        raise _ERASED
    return survivor
