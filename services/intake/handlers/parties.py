"""Parties, taken in once however often they come."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.intake.domain.matching import Match, Verdict
from services.intake.domain.party import (
    NewParty,
    PartyAction,
    PartyChange,
    PartyKind,
    PartyStatus,
    Profile,
    State,
)
from services.intake.handlers import CONSUMER, matching
from services.intake.replies import parties as replies
from services.intake.store import match_cases, parties
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction, clock
from shared.errors import Refusal, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id

NOT_FOUND: Final = not_found("party_not_found", "there is no such party")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The party that an entry is. `match` is None for one that was known by its customer number.

    `created` if it wasn't here before. `case_id` is the case in which a person says whether it was.
    """

    party_id: str
    match: Match | None
    created: bool = False
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to take in a party, under its idempotency claim."""

    party: NewParty
    claim: Claim


async def receive(db: Database, vault: Vault, batch: Sequence[Submission]) -> list[Answer | Refusal]:
    """Take in parties, exactly once per key: the answer is 201 for one that is new, and 200 for one that was here."""

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        chosen = [batch[place] for place in places]
        # Entered under the client's name; of a batch with several clients each takes its part.
        taken: dict[int, TakenIn] = {}
        for client in sorted({entry.claim.client for entry in chosen}):
            own = [place for place, entry in enumerate(chosen) if entry.claim.client == client]
            results = await take_in(tx, vault, [chosen[place].party for place in own], client)
            taken |= zip(own, results, strict=True)
        return [_answer(taken[place]) for place in range(len(chosen))]

    return await idempotency.once(db, [entry.claim for entry in batch], act)


def _answer(taken: TakenIn) -> Answer:
    body = replies.taken_in_reply(taken.party_id, taken.match, taken.case_id, created=taken.created)
    return Answer(201 if taken.created else 200, body.model_dump_json().encode(), replies.location(taken.party_id))


async def take_in(tx: Transaction, vault: Vault, entries: Sequence[NewParty], actor: str = CONSUMER) -> list[TakenIn]:
    """Return the party that each entry is, storing those that are new; a few statements, however many come.

    A customer number leads to the party that has it. Else the profile is matched: an exact duplicate is the party that
    is there, which has the new customer number too from then on; a possible one is a new party with a case for a
    person. A party that is known by its number only gets the profile; one that has a profile keeps its own.
    """
    numbered, stored = await _numbered(tx, entries)
    records = [new_id("pty") if entry.external_ref is None else numbered[entry.external_ref] for entry in entries]
    new: dict[str, NewParty] = {}
    for record, entry in zip(records, entries, strict=True):
        if entry.external_ref is None or record in stored:
            new.setdefault(record, entry)
    taken = await _take_in_new(tx, vault, new, stored, actor)
    again = [(record, entry) for record, entry in zip(records, entries, strict=True) if new.get(record) is not entry]
    known = {record: taken[record].party_id if record in taken else record for record, _ in again}
    offered = {known[record]: entry for record, entry in reversed(again) if entry.profile is not None}
    cases = await _complete(tx, vault, offered, actor) if offered else {}
    return [
        taken[record] if new.get(record) is entry else TakenIn(known[record], None, case_id=cases.get(known[record]))
        for record, entry in zip(records, entries, strict=True)
    ]


async def _numbered(tx: Transaction, entries: Sequence[NewParty]) -> tuple[dict[str, str], set[str]]:
    """Return the parties that have the entries' customer numbers, by number, and which of them are stored just now."""
    firsts = {entry.external_ref: entry for entry in reversed(entries) if entry.external_ref is not None}
    known = await _known(tx, firsts)
    stored = await parties.add(tx, {new_id("pty"): entry for ref, entry in firsts.items() if ref not in known})
    # Read again, and not concluded: somebody else may have stored a number meanwhile.
    return (await _known(tx, firsts) if len(known) < len(firsts) else known), stored


async def _known(tx: Transaction, refs: Collection[str]) -> dict[str, str]:
    """Return the parties that have customer numbers, by number."""
    found = await parties.by_external_ref(tx, refs) if refs else {}
    survivors = await parties.surviving(tx, found.values()) if found else {}
    return {ref: survivors[record] for ref, record in found.items()}


async def _take_in_new(
    tx: Transaction, vault: Vault, new: Mapping[str, NewParty], stored: set[str], actor: str
) -> dict[str, TakenIn]:
    """Match new parties, by their ids, and store what isn't `stored` of those that are not here already."""
    matches = await _matches(tx, vault, {party_id: entry for party_id, entry in new.items() if entry.profile})
    same = {
        party_id: match.candidates[0].party_id
        for party_id, match in matches.items()
        if match.verdict is Verdict.EXACT_DUPLICATE
    }
    created = {party_id: entry for party_id, entry in new.items() if party_id not in same}
    await parties.add(tx, {party_id: entry for party_id, entry in created.items() if party_id not in stored})
    await parties.make_aliases(tx, {party_id: known for party_id, known in same.items() if party_id in stored})
    cases = await _keep_profiles(tx, vault, created, matches)
    await _enter(tx, vault, created, PartyAction.TAKEN_IN, dict.fromkeys(created, 1), actor)
    return {
        party_id: TakenIn(same.get(party_id, party_id), matches.get(party_id), party_id in created, cases.get(party_id))
        for party_id in new
    }


async def _matches(tx: Transaction, vault: Vault, entries: Mapping[str, NewParty]) -> dict[str, Match]:
    by_kind: dict[PartyKind, dict[str, Profile]] = defaultdict(dict)
    for party_id, entry in entries.items():
        assert entry.profile is not None
        by_kind[entry.kind][party_id] = entry.profile
    found: dict[str, Match] = {}
    for kind, profiles in sorted(by_kind.items()):
        ids = list(profiles)
        found |= zip(ids, await matching.match(tx, vault, kind, list(profiles.values()), ids), strict=True)
    return found


async def _keep_profiles(
    tx: Transaction, vault: Vault, entries: Mapping[str, NewParty], matches: Mapping[str, Match]
) -> dict[str, str]:
    """Store the profiles of parties, let them be found by them, and open a case for whoever may be known; return those.

    An exact duplicate that is here has another customer number, or no profile so far: a person looks at that as well.
    """
    profiles = {party_id: (entry.kind, entry.profile) for party_id, entry in entries.items() if entry.profile}
    await parties.add_profiles(tx, vault, {party_id: profile for party_id, (_, profile) in profiles.items()})
    await matching.index(tx, vault, profiles)
    alike = {
        party_id: matches[party_id].candidates
        for party_id in profiles
        if matches[party_id].verdict is not Verdict.UNIQUE
    }
    return await match_cases.open_for(tx, alike)


async def _complete(tx: Transaction, vault: Vault, offered: Mapping[str, NewParty], actor: str) -> dict[str, str]:
    """Give profiles to parties that were known by their customer number only; return the cases that this opens."""
    found = await parties.lock(tx, vault, offered)
    bare = {
        party_id: replace(offered[party_id], kind=party.kind, attribution=party.attribution)
        for party_id, party in found.items()
        if party.profile is None and party.status is PartyStatus.ACTIVE
    }
    cases = await _keep_profiles(tx, vault, bare, await _matches(tx, vault, bare))
    versions = await parties.next_versions(tx, bare)
    await _enter(tx, vault, bare, PartyAction.COMPLETED, versions, actor)
    return cases


async def _enter(
    tx: Transaction,
    vault: Vault,
    entries: Mapping[str, NewParty],
    action: PartyAction,
    versions: Mapping[str, int],
    actor: str,
) -> None:
    """Enter into the change log what came in of parties, with the versions that they have by it."""
    now = await clock(tx)
    changes = [
        PartyChange(
            new_id("chg"),
            party_id,
            versions[party_id],
            action,
            actor,
            now,
            after=None if entry.profile is None else State(entry.profile, entry.attribution),
        )
        for party_id, entry in entries.items()
    ]
    await parties.add_changes(tx, vault, changes)
