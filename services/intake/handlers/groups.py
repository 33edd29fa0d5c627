"""Who owns whom, and the groups that follow from it."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from services.intake.domain.exposure import GroupExposure
from services.intake.domain.ownership import (
    WHOLE,
    Edge,
    Group,
    Holding,
    Ownership,
    group_of,
    most_held,
    worth_knowing,
)
from services.intake.domain.party import Party, PartyKind, PartyStatus
from services.intake.events import parties as events
from services.intake.limits_client import LimitsClient
from services.intake.replies import groups as replies
from services.intake.store import ownership, parties
from services.intake.vault import Vault
from shared import idempotency, outbox
from shared.db import Database, Transaction, clock
from shared.errors import Fault, Kind, Refusal, conflict, invalid, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id

MOST_EDGES: Final = 2_000
"""So much ownership is looked at for one group; a larger one is answered as incomplete."""
_MOST_ROUNDS: Final = 32

NOT_FOUND: Final = not_found("ownership_not_found", "there is no such ownership")
_NO_PARTY: Final = not_found("party_not_found", "there is no such party")


@dataclass(frozen=True, slots=True)
class StateOwnership:
    """The command to state that one party holds a share of another, or controls it."""

    owner_id: str
    owned_id: str
    kind: Holding
    share: Decimal | None
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """The group of a party on a day, and what it owes now; `own_ids` are the party's records.

    `exposure` is None where it is not known: limits doesn't answer, or not all members are named.
    """

    group: Group
    on: date
    exposure: GroupExposure | None
    own_ids: frozenset[str]


async def members(tx: Transaction, party_id: str, on: date) -> Group:
    """Return the group of a party on a day; a party that is part of another has the other's."""
    survivor = (await parties.surviving(tx, [party_id])).get(party_id, party_id)
    edges: dict[str, Edge] = {}
    asked_owners: set[str] = set()
    asked_holdings: set[str] = set()
    group = group_of(survivor, ())
    for _ in range(_MOST_ROUNDS):
        above, below = worth_knowing(group, edges.values())
        new_owners, new_holdings = above - asked_owners, below - asked_holdings
        if not group.complete or not (new_owners or new_holdings):
            return group
        # As many as are too many, whatever is known by now: known ones come again, and take the place of others.
        edges |= await _edges(tx, new_owners, new_holdings, on, MOST_EDGES + 1)
        # What a thread of its own computes holds up no other request, however much there is.
        group = await asyncio.to_thread(group_of, survivor, tuple(edges.values()))
        if len(edges) > MOST_EDGES:
            break
        asked_owners |= new_owners
        asked_holdings |= new_holdings
    return replace(group, complete=False)


async def _edges(
    tx: Transaction, owned: Collection[str], owning: Collection[str], on: date, limit: int
) -> dict[str, Edge]:
    """Return who owns the parties `owned`, and what `owning` own, each with the party that its record is part of."""
    records = await parties.records(tx, {*owned, *owning})
    owned_records = {record for party_id in owned for record in records.get(party_id, ())}
    owning_records = {record for party_id in owning for record in records.get(party_id, ())}
    found = await ownership.holding(tx, owned_records, owning_records, on, limit)
    ends = {end for entry in found for end in (entry.owner_id, entry.owned_id)}
    now = await parties.surviving(tx, ends) if ends else {}
    return {
        entry.ownership_id: Edge(now[entry.owner_id], now[entry.owned_id], entry.share, entry.owned_id)
        for entry in found
    }


async def of_all(tx: Transaction, party_ids: Iterable[str], on: date) -> list[Group]:
    """Return the groups of parties on a day, each group once; none after the first that is incomplete."""
    found: dict[str, Group] = {}
    for party_id in party_ids:
        if party_id in found:
            continue
        group = await members(tx, party_id, on)
        found |= dict.fromkeys(group.members, group)
        if not group.complete:
            break
    return list({id(group): group for group in found.values()}.values())


async def tell_changes(tx: Transaction, before: Collection[Group], now: datetime, also: Collection[str] = ()) -> None:
    """Put an event for each group that has other members than it had `before`; `also` are parties that were in none.

    Of a group that is incomplete nothing is told: it has members that are not known.
    """
    known = {group.members for group in before}
    concerned = sorted({*also, *(member for group in before for member in group.members)})
    survivors = await parties.surviving(tx, concerned)
    after = await of_all(tx, dict.fromkeys(survivors[party_id] for party_id in concerned), now.date())
    changed = [group for group in after if group.complete and group.members not in known]
    await outbox.put(tx, [events.group_changed(group.members[0], group.members, now) for group in changed])


async def state(db: Database, vault: Vault, claim: Claim, command: StateOwnership, actor: str) -> Answer | Refusal:
    """State who owns or controls whom; the answer is 201 with the ownership.

    Refused: 404 for parties that don't exist, 409 for those that were merged or erased, and 422 for a company that owns
    itself, a day that has not come, or shares that add up to more than the whole on any day.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        return [await _state(tx, vault, command, actor)]

    (answer,) = await idempotency.once(db, [claim], act)
    return answer


async def _state(tx: Transaction, vault: Vault, command: StateOwnership, actor: str) -> Answer | Refusal:
    now = await clock(tx)
    # Locked: what others state of the same company waits, so that together it is never more than the whole.
    found = await parties.lock(tx, vault, [command.owner_id, command.owned_id])
    refused = _unfit(command, found, now.date()) or await _too_much(tx, command)
    if refused is not None:
        return refused
    before = await of_all(tx, [command.owner_id, command.owned_id], now.date())
    stated = Ownership(
        ownership_id=new_id("own"),
        owner_id=command.owner_id,
        owned_id=command.owned_id,
        kind=command.kind,
        share=command.share,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        source=command.source,
        stated_by=actor,
        stated_at=now,
    )
    await ownership.add(tx, stated)
    await tell_changes(tx, before, now)
    body = replies.ownership_reply(stated).model_dump_json().encode()
    return Answer(201, body, replies.location(stated.ownership_id))


def _unfit(command: StateOwnership, found: dict[str, Party], today: date) -> Refusal | None:
    if command.owned_id not in found:
        return _NO_PARTY
    if command.owner_id not in found:
        return _invalid("/owner_party_id", "unknown_party", "there is no such party")
    if command.owner_id == command.owned_id:
        return _invalid("/owner_party_id", "owns_itself", "a company holds no share of itself in another's name")
    for party in found.values():
        if party.status is not PartyStatus.ACTIVE:
            return conflict(f"party_{party.status}", f"{party.party_id} is {party.status}; state it of who it is now")
    if found[command.owned_id].kind is not PartyKind.COMPANY:
        return conflict("person_owned", "a person is nobody's property")
    return _unfit_days(command, today)


def _unfit_days(command: StateOwnership, today: date) -> Refusal | None:
    # What is agreed for later is stated when it holds: until then nobody's group has changed.
    for pointer, day in (("/valid_from", command.valid_from), ("/valid_to", command.valid_to)):
        if day is not None and day > today:
            return _invalid(pointer, "future_date", "is a day that has not come")
    return None


async def _too_much(tx: Transaction, command: StateOwnership) -> Refusal | None:
    if command.share is None:
        return None
    stated = await ownership.in_company(tx, command.owned_id)
    held, day = most_held(stated, command.valid_from, command.valid_to)
    if held + command.share <= WHOLE:
        return None
    words = f"the shares held on {day} would add up to more than 100 %"
    return _invalid("/share", "more_than_the_whole", words)


async def end(db: Database, ownership_id: str, version: int, valid_to: date) -> Ownership:
    """Let an ownership that still is of `version` hold until the day before `valid_to`.

    Raises `Refusal`: 404, 412, 409 for one that has ended, and 422 for a day before it began or that has not come.
    """
    async with db.transaction() as tx:
        now = await clock(tx)
        stated = await ownership.find(tx, ownership_id, lock=True)
        if stated is None:
            raise NOT_FOUND
        if stated.version != version:
            raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "somebody has changed it; read it again")
        if stated.valid_to is not None:
            raise conflict("ownership_ended", "it has an end already")
        if not stated.valid_from <= valid_to <= now.date():
            raise _invalid("/valid_to", "unfit_date", "is a day from its beginning to today")
        before = await of_all(tx, [stated.owner_id, stated.owned_id], now.date())
        await ownership.end(tx, ownership_id, valid_to)
        await tell_changes(tx, before, now)
        ended = await ownership.find(tx, ownership_id)
        assert ended is not None
        return ended


async def get_ownership(db: Database, ownership_id: str) -> Ownership:
    """Return an ownership; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await ownership.find(tx, ownership_id)
    if found is None:
        raise NOT_FOUND
    return found


async def list_ownership(db: Database, party_id: str, before: str, limit: int) -> list[Ownership]:
    """Return up to `limit` ownerships of and in a party, and in records merged into it, newest first.

    They are older than the id `before`. Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        records = await parties.of_one_party(tx, party_id)
        if not records:
            raise _NO_PARTY
        return await ownership.of_records(tx, records, before, limit)


async def get_group(db: Database, limits: LimitsClient, party_id: str, on: date | None) -> Belonging:
    """Return the group of a party on a day (today) and what it owes now; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        day = on or (await clock(tx)).date()
        own_ids = await parties.of_one_party(tx, party_id)
        if not own_ids:
            raise _NO_PARTY
        group = await members(tx, party_id, day)
        records = await parties.records(tx, group.members)
    exposure = None
    if group.complete:
        exposure = await limits.exposure(sorted({record for found in records.values() for record in found}))
    return Belonging(group, day, exposure, frozenset(own_ids))


def _invalid(pointer: str, code: str, words: str) -> Refusal:
    return invalid("invalid_ownership", "the ownership can't be stated", [Fault(pointer, code, words)])
