"""Merging two records that are one party, and taking it back."""

from datetime import datetime
from typing import Final

from services.intake.domain import merging
from services.intake.domain.party import Party, PartyAction, PartyChange
from services.intake.events import parties as events
from services.intake.handlers import groups, progress
from services.intake.handlers.statements import keeping
from services.intake.store import match_cases, parties, statements
from services.intake.vault import Vault
from shared import outbox
from shared.db import Database, Transaction, clock
from shared.errors import Refusal, not_found
from shared.ids import new_id

NOT_FOUND: Final = not_found("party_not_found", "there is no such party")


async def merge_parties(db: Database, vault: Vault, survivor_id: str, merged_id: str, actor: str, reason: str) -> None:
    """Make a record part of another; raises `Refusal` with 404, 409 or 422."""
    async with db.transaction() as tx:
        await merge(tx, vault, survivor_id, merged_id, actor, reason)


async def unmerge_parties(db: Database, vault: Vault, survivor_id: str, other_id: str, actor: str, reason: str) -> None:
    """Take a merge back; raises `Refusal`: 404 also for a record that is not part of this party."""
    async with db.transaction() as tx:
        await unmerge(tx, vault, survivor_id, other_id, actor, reason)


async def merge(tx: Transaction, vault: Vault, survivor_id: str, merged_id: str, actor: str, reason: str) -> None:
    """Make a record part of another in this transaction, with its events; raises `Refusal` with 404, 409 or 422.

    One that is part of it already stays so, and nothing is told again.
    """
    found = await _lock(tx, vault, survivor_id, merged_id)
    survivor, other = _known(found, survivor_id), _known(found, merged_id)
    if other.merged_into == survivor_id:
        return
    result = merging.merged(survivor, other)
    if isinstance(result, Refusal):
        raise result
    now = await clock(tx)
    before = await groups.of_all(tx, [survivor_id, merged_id], now.date())
    await parties.save(tx, vault, result)
    await match_cases.void(tx, [merged_id])
    actions = (PartyAction.ABSORBED, PartyAction.MERGED)
    await parties.add_changes(tx, vault, _changes(survivor, result, actions, actor, reason, now))
    await outbox.put(tx, [events.merged(survivor_id, merged_id, now)])
    await groups.tell_changes(tx, before, now)
    # What was known of the one is known of the other now, and years that were apart are ratios over years.
    await keeping.publish(tx, vault, survivor_id)
    await progress.arrived(tx, vault, [survivor_id, merged_id])


async def unmerge(tx: Transaction, vault: Vault, survivor_id: str, other_id: str, actor: str, reason: str) -> None:
    """Take a merge back in this transaction, with its events; raises `Refusal` with 404 or 409.

    The two are told apart from then on: nobody is asked again whether they are one.
    """
    found = await _lock(tx, vault, survivor_id, other_id)
    survivor, other = _known(found, survivor_id), _known(found, other_id)
    result = merging.unmerged(other, survivor_id)
    if isinstance(result, Refusal):
        raise result
    now = await clock(tx)
    before = await groups.of_all(tx, [survivor_id], now.date())
    await parties.save(tx, vault, result)
    actions = (PartyAction.RELEASED, PartyAction.UNMERGED)
    await parties.add_changes(tx, vault, _changes(survivor, result, actions, actor, reason, now))
    await outbox.put(tx, [events.unmerged(survivor_id, other_id, now)])
    await groups.tell_changes(tx, before, now, [other_id])
    await match_cases.set_apart(tx, None, other_id, [survivor_id])
    for party_id in (survivor_id, other_id):
        await keeping.publish(tx, vault, party_id)


async def _lock(tx: Transaction, vault: Vault, one_id: str, other_id: str) -> dict[str, Party]:
    """Return the two records, locked after their statements: whoever adds statements locks these first too."""
    for party_id in sorted((one_id, other_id)):
        await statements.lock(tx, party_id)
    return await parties.lock(tx, vault, [one_id, other_id])


def _known(found: dict[str, Party], party_id: str) -> Party:
    if party_id not in found:
        raise NOT_FOUND
    return found[party_id]


def _changes(
    survivor: Party,
    other: Party,
    actions: tuple[PartyAction, PartyAction],
    actor: str,
    reason: str,
    now: datetime,
) -> list[PartyChange]:
    """Return what is entered of the survivor and of the other record."""
    entries = ((survivor, other.party_id, actions[0]), (other, survivor.party_id, actions[1]))
    return [
        PartyChange(new_id("chg"), party.party_id, party.version, action, actor, now, other_id, reason=reason)
        for party, other_id, action in entries
    ]
