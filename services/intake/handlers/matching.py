"""Finding out whether a party is known, for a batch at a time: a few statements, however many parties come in."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.domain.matching import Comparison, Match, Traits, Verdict, compare, judge, keys_of, traits_of
from services.intake.domain.party import PartyKind, Profile
from services.intake.store import match_cases, parties
from services.intake.store import matching as store
from services.intake.vault import Vault
from shared.db import Transaction

MOST_COMPARED: Final = 32
"""So many of those who share a key with a party are compared with it: those who share most of the rarest keys."""
_WHOLE: Final = 3600
"""What a key is worth whose block holds one party; one whose block holds n is worth an n-th of it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A party that is looked for: `keys` maps digests to whether they are strong."""

    party_id: str | None
    traits: Traits
    keys: Mapping[int, bool]


async def match(
    tx: Transaction,
    vault: Vault,
    kind: PartyKind,
    profiles: Sequence[Profile],
    party_ids: Sequence[str] | None = None,
) -> list[Match]:
    """Return for each profile whether its party is known, and who it may be.

    `party_ids` are those that the profiles have, or will have if they turn out to be new. With them the profiles are
    compared with each other as well: the second of two that are the same has the first for its candidate. A party is
    never a candidate for itself, nor is one that a person has said is somebody else.

    Whoever matches the same identifier at the same moment waits here until this transaction ends, and then finds what
    it has indexed.
    """
    ids: Sequence[str | None] = party_ids if party_ids is not None else [None] * len(profiles)
    entries = [_entry(vault, kind, profile, party_id) for profile, party_id in zip(profiles, ids, strict=True)]
    await store.wait_for(tx, {digest for entry in entries for digest, is_strong in entry.keys.items() if is_strong})
    blocks = await store.blocks(tx, {digest for entry in entries for digest in entry.keys})
    chosen = [_worth_comparing(entry, blocks) for entry in entries]
    known = await _opened(tx, vault, {party_id for each in chosen for party_id in each})
    different = await match_cases.differences(tx, [entry.party_id for entry in entries if entry.party_id])
    arrived = _Batch()
    found: list[Match] = []
    for entry, candidate_ids in zip(entries, chosen, strict=True):
        apart: Collection[str] = different.get(entry.party_id or "", frozenset())
        # Looked at by record as well: whom a record was told apart from doesn't come up again once that is merged.
        others = [known[party_id] for party_id in candidate_ids if party_id in known and party_id not in apart]
        others += arrived.sharing(entry)
        result = _judged(entry, others, apart)
        arrived.add(entry, result)
        found.append(result)
    return found


async def index(tx: Transaction, vault: Vault, entries: Mapping[str, tuple[PartyKind, Profile]]) -> None:
    """Let parties be found by their profiles as they are now; `entries` are kind and profile by party id."""
    keys = {
        party_id: [store.digest(vault, key) for key in keys_of(traits_of(kind, profile))]
        for party_id, (kind, profile) in entries.items()
    }
    await store.replace(tx, keys)


async def unindex(tx: Transaction, party_ids: Collection[str]) -> None:
    """Let parties that were erased no longer be found, and close what is open about them."""
    await store.forget(tx, party_ids)
    await match_cases.void(tx, party_ids)


def _entry(vault: Vault, kind: PartyKind, profile: Profile, party_id: str | None) -> _Entry:
    traits = traits_of(kind, profile)
    return _Entry(party_id, traits, {store.digest(vault, key): key.is_strong for key in keys_of(traits)})


def _worth_comparing(entry: _Entry, blocks: Mapping[int, Sequence[str]]) -> list[str]:
    """Return the parties that share most with one that is looked for; whoever shares a strong key comes first."""
    worth: Counter[str] = Counter()
    for digest, is_strong in entry.keys.items():
        sharing = blocks.get(digest, ())
        for party_id in sharing:
            worth[party_id] += _WHOLE * len(entry.keys) if is_strong else _WHOLE // len(sharing)
    if entry.party_id is not None:
        del worth[entry.party_id]
    return sorted(worth, key=lambda party_id: (-worth[party_id], party_id))[:MOST_COMPARED]


async def _opened(tx: Transaction, vault: Vault, party_ids: Collection[str]) -> dict[str, tuple[str, Traits]]:
    """Return the traits of parties, and who each of them is by now; those whose profile is gone are left out."""
    if not party_ids:
        return {}
    found = await parties.find(tx, vault, party_ids)
    merged = [party_id for party_id, party in found.items() if party.merged_into is not None]
    now = await parties.surviving(tx, merged) if merged else {}
    return {
        party_id: (now.get(party_id, party_id), traits_of(party.kind, party.profile))
        for party_id, party in found.items()
        if party.profile is not None
    }


def _judged(entry: _Entry, others: Collection[tuple[str, Traits]], different: Collection[str]) -> Match:
    best: dict[str, Comparison] = {}
    for party_id, traits in others:
        if party_id == entry.party_id or party_id in different:
            continue
        comparison = compare(entry.traits, traits)
        # A party and those that were merged into it are one candidate, by the record that is most alike.
        if party_id not in best or comparison.likeness > best[party_id].likeness:
            best[party_id] = comparison
    return judge(best.items())


class _Batch:
    """The parties of a batch that came before the one that is looked at."""

    def __init__(self) -> None:
        self._by_key: dict[int, list[tuple[str, Traits]]] = defaultdict(list)

    def sharing(self, entry: _Entry) -> list[tuple[str, Traits]]:
        """Return those that share most keys with a party, with the ids of the parties that they are."""
        found = Counter(each for digest in entry.keys for each in self._by_key.get(digest, ()))
        return [each for each, _ in found.most_common(MOST_COMPARED)]

    def add(self, entry: _Entry, result: Match) -> None:
        """Let a party be found by those after it, under the id of the party that it turned out to be.

        However often the same comes again, it is kept once for each way of writing it.
        """
        is_known = result.verdict is Verdict.EXACT_DUPLICATE
        party_id = result.candidates[0].party_id if is_known else entry.party_id
        if party_id is None:
            return
        for digest in entry.keys:
            sharing = self._by_key[digest]
            if len(sharing) < store.LARGEST_BLOCK and (party_id, entry.traits) not in sharing:
                sharing.append((party_id, entry.traits))
