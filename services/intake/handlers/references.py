"""References: taken down, shown, and turned into facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from services.intake.domain.finding import Finding, FindingKind
from services.intake.domain.reference import (
    MOST,
    BankReference,
    Reference,
    ReferenceKind,
    TradeReference,
    facts_of,
    faults_of,
)
from services.intake.handlers import progress
from services.intake.replies import references as replies
from services.intake.store import findings, keys, parties, references
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, conflict, invalid, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id

SOURCES: Final = {ReferenceKind.TRADE: "trade-references", ReferenceKind.BANK: "bank-references"}
"""The names of the sources that facts of references have."""


@dataclass(frozen=True, slots=True)
class AddReference:
    """The command to take down what somebody said of a party."""

    party_id: str
    taken_on: date
    said: TradeReference | BankReference
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """The references of a party that none has replaced, newest first, and the facts that each kind comes to."""

    references: Sequence[Reference]
    facts: dict[ReferenceKind, dict[str, Any]]


async def add_reference(db: Database, vault: Vault, claim: Claim, command: AddReference, now: datetime) -> Answer:
    """Take down a reference; the facts of the party and whatever waits for them follow in the same transaction.

    Raises `Refusal`: 404, 409 for an erased party, 422 for what can't be so or replaces nothing that stands.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        try:
            return [await _add(tx, vault, claim.client, command, now)]
        except Refusal as refusal:
            return [refusal]

    faults = faults_of(command.taken_on, command.said, now.date())
    if faults:
        raise invalid("invalid_reference", "the reference contradicts itself", faults)
    (result,) = await idempotency.once(db, [claim], act)
    if isinstance(result, Refusal):
        raise result
    return result


async def _add(tx: Transaction, vault: Vault, client: str, command: AddReference, now: datetime) -> Answer:
    party_id = await _survivor(tx, command.party_id)
    key = (await keys.of(tx, vault, [party_id])).get(party_id)
    if key is None:
        raise conflict("party_erased", "this party was erased; nothing is kept of it any more")
    await references.lock(tx, party_id)
    standing = await references.of_parties(tx, vault, await parties.of_one_party(tx, party_id))
    reference = Reference(
        reference_id=new_id("ref"),
        party_id=party_id,
        taken_on=command.taken_on,
        said=command.said,
        replaces=command.replaces,
        created_by=client,
        created_at=now,
    )
    replaced = next((entry for entry in standing if entry.reference_id == command.replaces), None)
    if command.replaces is not None and (replaced is None or replaced.kind is not reference.kind):
        words = "is no reference of this party and kind that still stands"
        raise invalid("invalid_reference", "it replaces nothing", [Fault("/replaces", "unknown_reference", words)])
    if replaced is None and len(standing) >= MOST:
        raise conflict("too_many_references", f"of one party {MOST} references are kept; let new ones replace old ones")
    await references.add(tx, key, reference)
    left = [reference, *(entry for entry in standing if entry is not replaced)]
    await findings.add(tx, [_finding(left, reference, now)])
    await progress.arrived(tx, vault, [party_id])
    return replies.receipt(reference)


def _finding(standing: Sequence[Reference], added: Reference, now: datetime) -> Finding:
    """Return what the references of the added one's kind come to now. Where none counts any more, it says that."""
    kind = added.kind
    said = facts_of(standing, kind, now.date())
    return Finding(
        finding_id=new_id("fnd"),
        party_id=added.party_id,
        kind=FindingKind.REFERENCE,
        source=SOURCES[kind],
        record_id=added.reference_id if said is None else said.newest.reference_id,
        as_of=now,
        facts={f"{kind}_references": 0} if said is None else said.facts,
        expires_at=None if said is None else datetime.combine(said.counts_until, time.min, UTC),
    )


async def list_references(db: Database, vault: Vault, party_id: str, today: date) -> Heard:
    """Return the references of a party and of the records merged with it; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        records = await parties.of_one_party(tx, await _survivor(tx, party_id))
        found = await references.of_parties(tx, vault, records)
    said = {kind: facts_of(found, kind, today) for kind in ReferenceKind}
    return Heard(found, {kind: dict(entry.facts) for kind, entry in said.items() if entry is not None})


async def _survivor(tx: Transaction, party_id: str) -> str:
    survivor = (await parties.surviving(tx, [party_id])).get(party_id)
    if survivor is None:
        raise not_found("party_not_found", "there is no such party")
    return survivor
