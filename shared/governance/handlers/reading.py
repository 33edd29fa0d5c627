"""Showing versions, their history, what is live, and how two documents differ."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import catalogue
from shared.catalogue import Entry, EntryKind
from shared.db import Database, Transaction, clock
from shared.errors import invalid, not_found
from shared.governance import listing, store
from shared.governance.differences import differences
from shared.governance.domain import Version
from shared.governance.governed import Governance
from shared.governance.handlers.steps import find
from shared.governance.listing import Event, Filter, Listed
from shared.governance.running import Running, running
from shared.governance.timeline import Activation, course, live_since


@dataclass(frozen=True, slots=True)
class Whole:
    """A version with its document and everything that was done to it, oldest first."""

    listed: Listed
    document: Mapping[str, Any]
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Live:
    """What is live under a name since when, and since who approved it; `coming` has the changes that are scheduled."""

    kind: EntryKind
    name: str
    entry: Entry | None
    since: datetime | None
    version: Version | None
    coming: Sequence[tuple[datetime, Activation | None]]


async def shown(tx: Transaction, version: Version) -> Listed:
    """Return a version as lists show it."""
    return await listing.one(tx, version.version_id)


async def get_version(db: Database, version_id: str) -> Whole:
    """Return a version; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        version = await find(tx, version_id)
        document = await store.document(tx, version_id)
        return Whole(await shown(tx, version), document, await listing.events(tx, version_id))


async def list_versions(db: Database, wanted: Filter, before: str, limit: int) -> list[Listed]:
    """Return up to `limit` versions drafted before the id `before`, newest first."""
    async with db.transaction() as tx:
        return await listing.page(tx, wanted, before, limit)


async def compare(db: Database, version_id: str, against: str | None) -> tuple[Version, Version | None, list[str]]:
    """Return a version, the one it is compared with, and how their documents differ line by line.

    Without `against` that is the live version, or nothing where none is live.
    """
    async with db.transaction() as tx:
        version = await find(tx, version_id)
        other = await _other(tx, version, against)
        new = await store.document(tx, version_id)
        old = {} if other is None else await store.document(tx, other.version_id)
    return version, other, await asyncio.to_thread(differences, old, new)


async def _other(tx: Transaction, version: Version, against: str | None) -> Version | None:
    if against is None:
        live = (await catalogue.live(tx, [(EntryKind(version.kind), version.name)])).values()
        ids = [entry.version_id for entry in live if entry.version_id is not None]
        return await store.find(tx, ids[0]) if ids else None
    found = await find(tx, against)
    if found.kind != version.kind:
        raise invalid("another_kind", "only versions of one kind can be compared")
    return found


async def list_live(db: Database, governance: Governance) -> list[Live]:
    """Return what is live of every kind and name that this service governs."""
    async with db.transaction() as tx:
        now = await clock(tx)
        names = [(kind, name) for kind in governance.kinds for name in await catalogue.all_live(tx, kind)]
        return [await _live(tx, kind, name, now) for kind, name in sorted(names)]


async def get_live(db: Database, governance: Governance, kind: str, name: str) -> tuple[Live, Running]:
    """Return what is live, and what runs beside it, under a name; raises `Refusal` with 404 for an unknown one."""
    governed = governance[kind]
    async with db.transaction() as tx:
        if not await store.history(tx, governed.kind, name):
            raise not_found("name_not_found", "nothing has ever been live under this name")
        found = await _live(tx, governed.kind, name, await clock(tx))
        return found, await running(tx, governed.kind, name)


async def _live(tx: Transaction, kind: EntryKind, name: str, now: datetime) -> Live:
    entry = (await catalogue.live(tx, [(kind, name)])).get((kind, name))
    history = await store.history(tx, kind, name)
    version = None if entry is None or entry.version_id is None else await store.find(tx, entry.version_id)
    return Live(kind, name, entry, live_since(history, now), version, course(history, now)[1:])
