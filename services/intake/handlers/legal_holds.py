"""Legal holds: placed, shown and released."""

from collections.abc import Collection

from services.intake.domain.legal_hold import LegalHold
from services.intake.replies import privacy as replies
from services.intake.store import keys, parties, privacy
from services.intake.store.privacy import StoredHold
from services.intake.vault import DataKey, Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Refusal, conflict, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id


async def place(db: Database, vault: Vault, party_id: str, reason: str, claim: Claim) -> Answer:
    """Place a hold on a party once per key; raises `Refusal`: 404, or 409 for one that was erased."""

    async def act(tx: Transaction, _places: Collection[int]) -> list[Answer | Refusal]:
        if party_id not in await privacy.lock_records(tx, [party_id]):
            return [not_found("party_not_found", "there is no such party")]
        key = (await keys.of(tx, vault, [party_id])).get(party_id)
        if key is None:
            return [conflict("party_erased", "the party was erased; nothing is left to hold")]
        hold_id = new_id("hld")
        sealed = key.seal(_field(hold_id, "reason"), reason.encode())
        placed_at = await privacy.place(tx, hold_id, party_id, sealed, claim.client)
        # The reason is not in the answer: answers are kept for a day, and not sealed.
        hold = LegalHold(hold_id, party_id, None, claim.client, placed_at)
        return [Answer(201, replies.hold_reply(hold).model_dump_json().encode(), f"/v1/parties/{party_id}/legal-holds")]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def release(db: Database, vault: Vault, hold_id: str, reason: str, actor: str) -> LegalHold:
    """Release a hold; raises `Refusal`: 404, or 409 for one that was released before."""
    async with db.transaction() as tx:
        stored = await privacy.lock_hold(tx, hold_id)
        if stored is None:
            raise not_found("legal_hold_not_found", "there is no such legal hold")
        if stored.released_at is not None:
            raise conflict("already_released", "the legal hold was released before")
        key = (await keys.existing(tx, vault, [stored.party_id])).get(stored.party_id)
        sealed = None if key is None else key.seal(_field(hold_id, "release"), reason.encode())
        await privacy.release(tx, hold_id, sealed, actor)
        released = await privacy.lock_hold(tx, hold_id)
    assert released is not None
    return _opened(released, key)


async def list_holds(db: Database, vault: Vault, party_id: str) -> list[LegalHold]:
    """Return the holds on all records of a party, oldest first; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        records = await parties.of_one_party(tx, party_id)
        if not records:
            raise not_found("party_not_found", "there is no such party")
        found = await privacy.holds_of(tx, records)
        opened = await keys.existing(tx, vault, {hold.party_id for hold in found})
    return [_opened(hold, opened.get(hold.party_id)) for hold in found]


def _opened(stored: StoredHold, key: DataKey | None) -> LegalHold:
    def words(field: str, sealed: bytes | None) -> str | None:
        return None if key is None or sealed is None else key.open(_field(stored.hold_id, field), sealed).decode()

    return LegalHold(
        hold_id=stored.hold_id,
        party_id=stored.party_id,
        reason=words("reason", stored.reason),
        placed_by=stored.placed_by,
        placed_at=stored.placed_at,
        released_by=stored.released_by,
        released_at=stored.released_at,
        release_reason=words("release", stored.release_reason),
    )


def _field(hold_id: str, name: str) -> str:
    return f"legal_hold/{hold_id}/{name}"
