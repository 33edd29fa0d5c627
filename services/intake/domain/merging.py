"""Two records that are one party: what may be merged and taken apart again.

A merge changes nothing of what the two records hold: one says that it is part of the other, and is read with it. So
taking it back leaves both as they were, with what was added to either since. Only records of their own right take part
in a merge, so merges never go round.
"""

from dataclasses import replace

from services.intake.domain.party import Party, PartyStatus
from shared.errors import Refusal, conflict, invalid


def merged(survivor: Party, other: Party) -> Party | Refusal:
    """Return `other` as part of `survivor`, or why it can't be."""
    if survivor.party_id == other.party_id:
        return invalid("merge_with_itself", "these are one record")
    if survivor.kind is not other.kind:
        return conflict("different_kinds", "a person and a company are never one party")
    for party in (survivor, other):
        if party.status is PartyStatus.ERASED:
            return conflict("party_erased", f"{party.party_id} was erased; nobody can tell who it was")
        if party.merged_into is not None:
            return conflict("party_merged", f"{party.party_id} is part of {party.merged_into} already")
    return replace(other, status=PartyStatus.MERGED, merged_into=survivor.party_id, version=other.version + 1)


def unmerged(other: Party, survivor_id: str) -> Party | Refusal:
    """Return a record that was made part of `survivor_id` as a party of its own again, or why it can't be."""
    if other.status is PartyStatus.ERASED:
        return conflict("party_erased", f"{other.party_id} was erased; nobody can tell who it was")
    if other.merged_into != survivor_id:
        return conflict("not_merged", f"{other.party_id} was not made part of {survivor_id}")
    return replace(other, status=PartyStatus.ACTIVE, merged_into=None, version=other.version + 1)
