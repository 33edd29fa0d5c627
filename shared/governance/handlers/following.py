"""Keeping states in line with the clock: what is live follows from the history alone, and states follow that."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import structlog

from shared import catalogue
from shared.catalogue import Activate, Entry, EntryKind
from shared.db import Database, Transaction, clock
from shared.errors import Refusal
from shared.governance import store
from shared.governance.domain import Action, Given, State, Version, step
from shared.governance.governed import Governance
from shared.governance.handlers.steps import record
from shared.governance.metrics import REVIEWS_DUE
from shared.governance.timeline import live_since, standing

log = structlog.get_logger()

PLATFORM: Final = "platform"
"""Who acts when the clock does."""

_LOOK_SECONDS: Final = 1.0


async def keep_following(db: Database, governance: Governance) -> None:
    """Look every second, until cancelled, whether something has come due. Any number of processes may do so."""
    while True:
        try:
            await follow_clock(db, governance)
        except Refusal as refusal:
            log.warning("clock_not_followed", cause=refusal.code)
        await asyncio.sleep(_LOOK_SECONDS)


async def follow_clock(db: Database, governance: Governance) -> None:
    """Bring states in line with the clock, where they are behind it, and count the reviews that are due."""
    async with db.transaction() as tx:
        behind = await _behind(tx, governance, await clock(tx))
        due = await store.reviews_due(tx, list(governance.kinds))
    for kind in governance.kinds:
        REVIEWS_DUE.labels(kind).set(due.get(kind, 0))
    if behind:
        async with db.transaction() as tx:
            await follow(tx, governance, await store.lock_releases(tx))


async def follow(tx: Transaction, governance: Governance, now: datetime) -> None:
    """Bring the states of versions in line with what is live at `now`; the caller holds the lock of releases."""
    for (kind, name), versions in (await _behind(tx, governance, now)).items():
        live = (await catalogue.live(tx, [(kind, name)])).get((kind, name))
        for version in versions:
            if version.state is State.LIVE:
                await _by_clock(tx, version, Action.GIVE_WAY, now)
            elif live is None or version.version_id != live.version_id:
                await _by_clock(tx, version, Action.LAPSE, now)
        if live is not None and live.version_id is not None:
            await _arrive(tx, governance, live.version_id, now)


async def _behind(
    tx: Transaction, governance: Governance, now: datetime
) -> Mapping[tuple[EntryKind, str], list[Version]]:
    """Return, by name, the versions whose state the clock has overtaken: live ones that are not, scheduled ones due."""
    versions = await store.in_states(tx, list(governance.kinds), [State.LIVE, State.SCHEDULED])
    live = await catalogue.live(tx, {(EntryKind(version.kind), version.name) for version in versions})
    behind: dict[tuple[EntryKind, str], list[Version]] = {}
    for version in versions:
        place = (EntryKind(version.kind), version.name)
        is_live = place in live and live[place].version_id == version.version_id
        due = version.effective_from is not None and version.effective_from <= now
        if not is_live if version.state is State.LIVE else due:
            behind.setdefault(place, []).append(version)
    # A live one leaves before another arrives: there is never more than one.
    return {place: sorted(found, key=lambda version: version.state) for place, found in behind.items()}


async def _by_clock(tx: Transaction, before: Version, action: Action, now: datetime) -> Version:
    after = step(before, action, PLATFORM, Given(), now)
    await record(tx, before, after, action, PLATFORM)
    return after


async def _arrive(tx: Transaction, governance: Governance, version_id: str, now: datetime) -> None:
    before = await store.claim(tx, version_id)
    action = None if before is None else _ARRIVAL.get(before.state)
    if before is None or action is None:
        return
    after = await _by_clock(tx, before, action, now)
    since = live_since(await store.history(tx, EntryKind(after.kind), after.name), now)
    await announce(tx, governance, after, await store.document(tx, version_id), now if since is None else since)


_ARRIVAL: Final = {State.SCHEDULED: Action.COME_DUE, State.RETIRED: Action.RETURN}


async def activate(
    tx: Transaction,
    version: Version,
    by: str,
    reason: str,
    begin: datetime,
    end: datetime | None = None,
    *,
    nothing: bool = False,
) -> None:
    """Write into the history that `version` is live from `begin` (until `end`), or that nothing is in its place."""
    kind = EntryKind(version.kind)
    await catalogue.lock(tx, kind, version.name)
    revision = None if nothing else version.number
    entry = Activate(kind, version.name, revision, begin, by, reason, version.version_id, effective_to=end)
    await catalogue.activate(tx, entry)


async def take_back(tx: Transaction, version: Version, by: str) -> None:
    """Take back what a scheduled version was to do; nothing for any other."""
    if version.state is not State.SCHEDULED:
        return
    kind = EntryKind(version.kind)
    await catalogue.lock(tx, kind, version.name)
    for entry in standing(await store.history(tx, kind, version.name)):
        if entry.version_id == version.version_id and entry.effective_from == version.effective_from:
            void = Activate(kind, version.name, None, entry.effective_from, by, "taken back", voids=entry.sequence)
            await catalogue.activate(tx, void)


async def announce(
    tx: Transaction, governance: Governance, version: Version, document: Mapping[str, Any], since: datetime
) -> None:
    """Tell the other services what is live since when, where the kind is one they keep copies of."""
    governed = governance[version.kind]
    if governed.announce is not None:
        entry = Entry(governed.kind, version.name, version.number, version.hash, version.version_id)
        await governed.announce(tx, entry, document, since)
