"""Putting approved versions to work and taking them back.

Every use case here holds the lock of releases, first brings states in line with the clock, and leaves history, states
and log telling the same story in one commit.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.canonical import content_hash
from shared.catalogue import EntryKind
from shared.db import Database, Transaction, clock
from shared.errors import conflict, not_found
from shared.governance import fitting, store
from shared.governance.domain import Action, Given, State, Version, require_figures, require_room, step
from shared.governance.governed import Governance
from shared.governance.handlers import following
from shared.governance.handlers.following import activate, announce, take_back
from shared.governance.handlers.steps import claim, record
from shared.governance.timeline import standing


@asynccontextmanager
async def _releasing(db: Database, governance: Governance) -> AsyncIterator[tuple[Transaction, datetime]]:
    """Open a transaction that alone changes what is live, in which states are those of the moment it yields."""
    async with db.transaction() as tx:
        now = await store.lock_releases(tx)
        await following.follow(tx, governance, now)
        yield tx, now


async def promote(db: Database, governance: Governance, version_id: str, by: str, given: Given) -> Version:
    """Make an approved version live now; the one that was live is retired.

    Raises `Refusal` with 409 when it no longer loads with what is live, or what runs would no longer load with it.
    """
    async with _releasing(db, governance) as (tx, now):
        before = await claim(tx, version_id)
        after = step(before, Action.PROMOTE, by, given, now)
        await _go_live(tx, governance, before, after, Action.PROMOTE, by, given, now)
        return after


async def _go_live(
    tx: Transaction,
    governance: Governance,
    before: Version,
    after: Version,
    action: Action,
    by: str,
    given: Given,
    now: datetime,
) -> None:
    document = await _approved_document(tx, before)
    await fitting.require_fit(tx, governance, before, document, now)
    await take_back(tx, before, by)
    former = await store.in_states(tx, [EntryKind(before.kind)], [State.LIVE], before.name)
    leave = Action.ROLL_BACK if action is Action.REINSTATE else Action.GIVE_WAY
    for other in former:
        await record(tx, other, step(other, leave, by, Given(given.comment), now), leave, by, given.comment)
    await activate(tx, before, by, given.comment or action, now)
    await record(tx, before, after, action, by, given.comment)
    await announce(tx, governance, after, document, now)


async def _approved_document(tx: Transaction, version: Version) -> Mapping[str, Any]:
    """Return the document of a version; raises `Refusal` with 409 when it is not the one that was approved."""
    document = await store.document(tx, version.version_id)
    if content_hash(document) != version.approved_hash or version.hash != version.approved_hash:
        raise conflict("approval_void", "the document is not the one that was approved")
    return document


async def schedule(db: Database, governance: Governance, version_id: str, by: str, given: Given) -> Version:
    """Have an approved version go live at a moment, and give way again at another if one is given."""
    async with _releasing(db, governance) as (tx, now):
        before = await claim(tx, version_id)
        after = step(before, Action.SCHEDULE, by, given, now)
        await take_back(tx, before, by)
        begin, end = after.effective_from, after.effective_to
        assert begin is not None
        await activate(tx, before, by, given.comment or "scheduled", begin, end)
        await fitting.require_fit(tx, governance, before, await _approved_document(tx, before), now)
        details = {"effective_from": begin.isoformat(), "effective_to": None if end is None else end.isoformat()}
        await record(tx, before, after, Action.SCHEDULE, by, given.comment, details)
        return after


async def try_out(
    db: Database, governance: Governance, version_id: str, action: Action, by: str, given: Given
) -> Version:
    """Run an approved version beside the live one: as a shadow, or as a challenger with a share of the traffic."""
    async with _releasing(db, governance) as (tx, now):
        before = await claim(tx, version_id)
        governed = governance[before.kind]
        if not governed.can_be_tried:
            raise conflict("not_tried", f"a {before.kind} can't run beside another")
        after = step(before, action, by, given, now)
        if after.trial is not None:
            require_figures(after.trial.stop_rules, governed.stop_rules)
            others = await store.in_states(tx, [governed.kind], [State.CHALLENGER], before.name)
            taken = {other.version_id: other.trial for other in others if other.trial is not None}
            taken.pop(version_id, None)
            require_room(taken, after.trial)
        await fitting.require_fit(tx, governance, before, await _approved_document(tx, before), now)
        await take_back(tx, before, by)
        details = None if after.trial is None else asdict(after.trial)
        await record(tx, before, after, action, by, given.comment, details)
        return after


async def stop(
    db: Database,
    governance: Governance,
    version_id: str,
    by: str,
    given: Given,
    details: Mapping[str, Any] | None = None,
) -> Version:
    """End a trial or take back a schedule; the version is approved as before. `details` are figures that say why."""
    async with _releasing(db, governance) as (tx, now):
        before = await claim(tx, version_id)
        after = step(before, Action.STOP, by, given, now)
        await take_back(tx, before, by)
        await record(tx, before, after, Action.STOP, by, given.comment, details)
        return after


async def retire(db: Database, governance: Governance, version_id: str, by: str, given: Given) -> Version:
    """End a version. Of a live one nothing takes the place: without a policy everything is referred."""
    async with _releasing(db, governance) as (tx, now):
        before = await claim(tx, version_id)
        after = step(before, Action.RETIRE, by, given, now)
        await take_back(tx, before, by)
        if before.state is State.LIVE:
            await fitting.require_unneeded(tx, governance, before, now)
            await activate(tx, before, by, given.comment or "retired", now, nothing=True)
        await record(tx, before, after, Action.RETIRE, by, given.comment)
        return after


async def roll_back(
    db: Database, governance: Governance, kind: str, name: str, version_id: str | None, by: str, given: Given
) -> Version:
    """Put an approved version of `kind`/`name` back at once: the one given, else the one that was live before.

    One person may do this; the version that comes back is due for review by somebody else. Raises `Refusal` with 404
    where there is nothing to go back to, 409 when it would not load with what is live.
    """
    governed = governance[kind]
    async with _releasing(db, governance) as (tx, now):
        wanted = version_id or await _former(tx, governed.kind, name)
        if wanted is None:
            raise not_found("nothing_to_go_back_to", "no other version has been live under this name")
        before = await claim(tx, wanted)
        if (before.kind, before.name) != (governed.kind, name):
            raise not_found("version_not_found", "there is no such version of this name")
        after = step(before, Action.REINSTATE, by, given, now)
        await _go_live(tx, governance, before, after, Action.REINSTATE, by, given, now)
        return after


async def _former(tx: Transaction, kind: EntryKind, name: str) -> str | None:
    """Return the version that was live before the one that is, leaving out those that were rolled back."""
    live = {version.version_id for version in await store.in_states(tx, [kind], [State.LIVE], name)}
    now = await clock(tx)
    for entry in standing(await store.history(tx, kind, name)):
        if entry.version_id is None or entry.version_id in live or entry.effective_from > now:
            continue
        found = await store.find(tx, entry.version_id)
        if found is not None and found.state is State.RETIRED and entry.revision is not None:
            return entry.version_id
    return None
