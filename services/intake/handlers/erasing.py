"""Erasure of a person: what identified them is gone for good, and what was decided can still be shown.

The data key is destroyed, and with it everything that it sealed; digests and files go, and the customer number. Facts
and decisions stay under an id that names nobody, so that a decision can be made again as it was.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.intake.domain.retention import Keep, Policy, kept
from services.intake.handlers import matching
from services.intake.metrics import ERASURES
from services.intake.replies import privacy as replies
from services.intake.store import documents, holdings, parties, privacy
from shared import idempotency, outbox
from shared.contracts.intake import PARTY_AGGREGATE, PartyErased
from shared.db import Database, Transaction, clock
from shared.errors import Refusal, conflict, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.outbox import Fact

_ERASED = "erased"


class Grounds(StrEnum):
    """Why a person is erased: Regulation (EU) 2016/679, article 17(1), or that the time of all records has run out.

    A code and no text, so that what stays of an erasure says nothing about the person.
    """

    NO_LONGER_NEEDED = "no_longer_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_OBLIGATION = "legal_obligation"
    RETENTION_ENDED = "retention_ended"


@dataclass(frozen=True, slots=True)
class Erased:
    """A party that was erased, with the records that had been merged into it."""

    erasure_id: str
    party_id: str
    records: tuple[str, ...]
    erased_at: datetime


async def erase(db: Database, policy: Policy, party_id: str, grounds: Grounds, claim: Claim) -> Answer:
    """Erase a party once per key, with whatever was merged into it.

    Raises `Refusal`: 404; 409 when it was erased before, is part of another record, is under a legal hold, has an
    application under way, or when retention asks that it be kept (with until when).
    """

    erased: list[Erased] = []

    async def act(tx: Transaction, _places: Collection[int]) -> list[Answer | Refusal]:
        try:
            done = await erase_in(tx, policy, party_id, grounds, claim.client)
        except Refusal as refusal:
            return [refusal]
        erased[:] = [done]
        return [Answer(200, replies.erased_reply(done.erasure_id, done.party_id, done.records, done.erased_at))]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    ERASURES.labels(grounds).inc(len(erased))
    return answer


async def erase_in(tx: Transaction, policy: Policy, party_id: str, grounds: Grounds, actor: str) -> Erased:
    """Erase a party in this transaction, as `erase` does."""
    records = await erasable(tx, policy, party_id)
    await privacy.destroy(tx, records)
    await holdings.delete_digests(tx, records)
    await matching.unindex(tx, records)
    await documents.discard_of_parties(tx, records)
    erasure_id = new_id("era")
    erased_at = await privacy.note_erasure(tx, erasure_id, party_id, records, grounds, actor)
    await outbox.put(
        tx,
        [
            Fact(PARTY_AGGREGATE, record, PartyErased.type, PartyErased(party_id=record, erased_at=erased_at))
            for record in records
        ],
    )
    return Erased(erasure_id, party_id, tuple(records), erased_at)


async def erasable(tx: Transaction, policy: Policy, party_id: str) -> list[str]:
    """Return the records of a party, locked; raises `Refusal` where it may not be erased."""
    records = sorted(await parties.of_one_party(tx, party_id))
    if not records:
        raise not_found("party_not_found", "there is no such party")
    survivor = (await parties.surviving(tx, [party_id]))[party_id]
    if survivor != party_id:
        raise conflict("party_merged", f"this record is part of {survivor}; erase that, or take the merge back first")
    found = await privacy.lock_records(tx, records)
    status, country = found[party_id]
    if status == _ERASED:
        raise conflict("party_erased", "the party was erased before")
    if await privacy.is_held(tx, records):
        raise conflict("legal_hold", "a legal hold is in force")
    keep = kept(policy.of(country), await privacy.past_applications(tx, records), await clock(tx))
    if keep is not None:
        raise _too_early(keep)
    return records


def _too_early(keep: Keep) -> Refusal:
    if keep.until is None:
        return conflict("application_under_way", "an application of this party is under way; withdraw it first")
    until = keep.until.date().isoformat()
    return conflict("must_be_kept", f"until {until} records of the kind {keep.kind} must be kept ({keep.basis})")
