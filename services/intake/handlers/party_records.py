"""The records of parties: read, revealed, changed, and found by what identifies a party."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain.matching import Key, Verdict, keys_of, traits_of
from services.intake.domain.party import (
    Attribution,
    Identifier,
    Party,
    PartyAction,
    PartyChange,
    PartyKind,
    PartyStatus,
    Profile,
    State,
)
from services.intake.handlers import matching
from services.intake.handlers.parties import NOT_FOUND
from services.intake.store import match_cases, parties
from services.intake.store import matching as match_keys
from services.intake.vault import Vault
from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal, conflict
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A party, and the records that are part of it."""

    party: Party
    merged: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class ChangeParty:
    """The command to change a party that still is of `version`; what is None stays."""

    party_id: str
    version: int
    profile: Profile | None
    attribution: Attribution | None
    reason: str | None


async def get_party(db: Database, vault: Vault, party_id: str) -> Shown:
    """Return a party as it stands, with the records that are part of it; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        return await _shown(tx, vault, party_id)


async def reveal_party(db: Database, vault: Vault, party_id: str, actor: str) -> Shown:
    """Return a party for somebody who sees its identifiers whole, which is entered; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        shown = await _shown(tx, vault, party_id)
        now = await clock(tx)
        entries = [
            PartyChange(new_id("chg"), party.party_id, party.version, PartyAction.REVEALED, actor, now)
            for party in (shown.party, *shown.merged)
        ]
        await parties.add_changes(tx, vault, entries)
    return shown


async def change_party(db: Database, vault: Vault, command: ChangeParty, actor: str) -> Shown:
    """Change who a party is or where it belongs; whoever may be the same by its new profile is put to a person.

    Raises `Refusal`: 404, 412 when somebody else has changed it, and 409 for one that is part of another or was erased.
    """
    async with db.transaction() as tx:
        party = (await parties.lock(tx, vault, [command.party_id])).get(command.party_id)
        if party is None:
            raise NOT_FOUND
        if party.version != command.version:
            raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "somebody has changed it; read it again")
        if party.status is not PartyStatus.ACTIVE:
            raise conflict(f"party_{party.status}", f"it is {party.status}; change the party that it is now")
        changed = replace(
            party,
            version=party.version + 1,
            profile=command.profile or party.profile,
            attribution=command.attribution or party.attribution,
        )
        await parties.save(tx, vault, changed)
        await parties.add_changes(tx, vault, [_updated(party, changed, command.reason, actor, await clock(tx))])
        if command.profile is not None:
            await _find_again(tx, vault, changed)
        return await _shown(tx, vault, command.party_id)


async def _find_again(tx: Transaction, vault: Vault, party: Party) -> None:
    """Let a party be found by its profile as it is now, and put to a person whom it may be the same as."""
    assert party.profile is not None
    (match,) = await matching.match(tx, vault, party.kind, [party.profile], [party.party_id])
    await matching.index(tx, vault, {party.party_id: (party.kind, party.profile)})
    if match.verdict is not Verdict.UNIQUE:
        await match_cases.open_for(tx, {party.party_id: match.candidates})


async def search(db: Database, vault: Vault, identifier: Identifier) -> list[Party]:
    """Return the parties that have an identifier, in their own record or in one that is part of them."""
    keys = {key for kind in PartyKind for key in _keys(kind, identifier)}
    async with db.transaction() as tx:
        blocks = await match_keys.blocks(tx, {match_keys.digest(vault, key) for key in keys})
        found = await parties.find(tx, vault, {party_id for block in blocks.values() for party_id in block})
        holders = [
            party_id for party_id, party in found.items() if party.profile and identifier in party.profile.identifiers
        ]
        return await _survivors(tx, vault, holders)


async def search_by_ref(db: Database, vault: Vault, external_ref: str) -> list[Party]:
    """Return the party that has a customer number."""
    async with db.transaction() as tx:
        found = await parties.by_external_ref(tx, [external_ref])
        return await _survivors(tx, vault, list(found.values()))


async def list_changes(db: Database, vault: Vault, party_id: str, before: str, limit: int) -> list[PartyChange]:
    """Return up to `limit` changes of a party and of records that are part of it, newest first, older than `before`.

    Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        records = await parties.records(tx, [party_id])
        if not records:
            raise NOT_FOUND
        return await parties.changes(tx, vault, records[party_id], before, limit)


async def _shown(tx: Transaction, vault: Vault, party_id: str) -> Shown:
    records = (await parties.records(tx, [party_id])).get(party_id)
    if records is None:
        raise NOT_FOUND
    found = await parties.find(tx, vault, records)
    return Shown(found[party_id], tuple(found[record] for record in sorted(records - {party_id})))


async def _survivors(tx: Transaction, vault: Vault, record_ids: Sequence[str]) -> list[Party]:
    if not record_ids:
        return []
    survivors = set((await parties.surviving(tx, record_ids)).values())
    found = await parties.find(tx, vault, survivors)
    return [found[party_id] for party_id in sorted(survivors)]


def _keys(kind: PartyKind, identifier: Identifier) -> tuple[Key, ...]:
    return keys_of(traits_of(kind, Profile(names=(), identifiers=(identifier,))))


def _updated(party: Party, changed: Party, reason: str | None, actor: str, now: datetime) -> PartyChange:
    return PartyChange(
        change_id=new_id("chg"),
        party_id=party.party_id,
        version=changed.version,
        action=PartyAction.UPDATED,
        actor=actor,
        created_at=now,
        before=State(party.profile, party.attribution),
        after=State(changed.profile, changed.attribution),
        reason=reason,
    )
