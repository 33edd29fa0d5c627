"""Facts of parties and of their groups as public contracts."""

from collections.abc import Collection
from datetime import datetime

from shared.contracts.intake import PARTY_AGGREGATE, GroupChanged, PartyMerged, PartyUnmerged
from shared.outbox import Fact


def merged(survivor_id: str, merged_id: str, at: datetime) -> Fact:
    """Return the event of two records that turned out to be one party."""
    data = PartyMerged(party_id=survivor_id, merged_party_id=merged_id, merged_at=at)
    return Fact(PARTY_AGGREGATE, survivor_id, PartyMerged.type, data)


def unmerged(survivor_id: str, unmerged_id: str, at: datetime) -> Fact:
    """Return the event of a merge that was taken back."""
    data = PartyUnmerged(party_id=survivor_id, unmerged_party_id=unmerged_id, unmerged_at=at)
    return Fact(PARTY_AGGREGATE, survivor_id, PartyUnmerged.type, data)


def group_changed(party_id: str, members: Collection[str], at: datetime) -> Fact:
    """Return the event of a group that has other members than before."""
    data = GroupChanged(party_id=party_id, members=tuple(sorted(members)), changed_at=at)
    return Fact(PARTY_AGGREGATE, party_id, GroupChanged.type, data)
