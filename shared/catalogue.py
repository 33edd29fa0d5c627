"""The catalogue: versioned, hashed, immutable documents (products, reasons, policies, scorecards), written once here.

Which revision is live is not a matter of its number: the history of activations says it, entry by entry
(`shared.governance.timeline` tells how it is read). A service that owns a kind activates what was approved; a service
that only needs a copy repeats the owner's activations as it hears of them.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import text

from shared import inbox
from shared.canonical import canonical_json, content_hash
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database, Transaction
from shared.products import Product, parse_product

T = TypeVar("T")


class EntryKind(StrEnum):
    """What a catalogue document can be."""

    PRODUCT = "product"
    REASONS = "reasons"
    POLICY = "policy"
    SCORECARD = "scorecard"


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of a document; `version_id` is there where this service governs it, None for a copy."""

    kind: EntryKind
    name: str
    revision: int
    hash: str
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Activate:
    """A new entry for the history of `kind`/`name`: what is live from when, by whom and why.

    `revision` None says that nothing is live; `voids` takes the entry with that sequence back instead.
    """

    kind: EntryKind
    name: str
    revision: int | None
    effective_from: datetime
    actor: str
    reason: str
    version_id: str | None = None
    effective_to: datetime | None = None
    voids: int | None = None


_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('catalogue/' || :kind), hashtext(:name))")
# The clock of the statement, not of the transaction: what this transaction has activated is live in it.
_LIVE: Final = text("""
    SELECT DISTINCT ON (a.kind, a.name) a.kind, a.name, a.revision, a.version_id, e.hash
    FROM unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) AS wanted(kind, name)
    JOIN activation a USING (kind, name)
    LEFT JOIN catalogue_entry e ON (e.kind, e.name, e.revision) = (a.kind, a.name, a.revision)
    WHERE a.voids IS NULL AND a.effective_from <= statement_timestamp()
      AND (a.effective_to IS NULL OR a.effective_to > statement_timestamp())
      AND NOT EXISTS (SELECT FROM activation v WHERE (v.kind, v.name, v.voids) = (a.kind, a.name, a.sequence))
    ORDER BY a.kind, a.name, a.effective_from DESC, a.sequence DESC
""")
_NAMES: Final = text("SELECT DISTINCT name FROM activation WHERE kind = :kind")
_ADD: Final = text("""
    INSERT INTO catalogue_entry (kind, name, revision, hash, document, published_by)
    VALUES (:kind, :name, :revision, :hash, CAST(:document AS json), :published_by) ON CONFLICT DO NOTHING
""")
_ACTIVATE: Final = text("""
    INSERT INTO activation (kind, name, sequence, version_id, revision, effective_from, effective_to, voids, actor,
                            reason)
    SELECT CAST(:kind AS text), CAST(:name AS text), coalesce(max(sequence), 0) + 1, CAST(:version_id AS text),
           CAST(:revision AS integer), CAST(:effective_from AS timestamptz), CAST(:effective_to AS timestamptz),
           CAST(:voids AS integer), CAST(:actor AS text), CAST(:reason AS text)
    FROM activation WHERE kind = :kind AND name = :name
""")
_DOCUMENT: Final = text("""
    SELECT document::text FROM catalogue_entry WHERE kind = :kind AND name = :name AND revision = :revision
""")


async def lock(tx: Transaction, kind: EntryKind, name: str) -> None:
    """Wait until no other transaction numbers revisions or activations of this name, and keep others waiting."""
    await tx.execute(_LOCK, {"kind": kind, "name": name})


async def add(
    tx: Transaction, kind: EntryKind, name: str, revision: int, document: Mapping[str, Any], published_by: str
) -> None:
    """Keep a document for good under its revision; it is not live by that. A revision that is there stays as it is."""
    columns = {
        "kind": kind,
        "name": name,
        "revision": revision,
        "hash": content_hash(document),
        "document": canonical_json(document),
        "published_by": published_by,
    }
    await tx.execute(_ADD, columns)


async def activate(tx: Transaction, entry: Activate) -> None:
    """Add to the history of what is live; the caller holds the `lock` of the name."""
    await tx.execute(
        _ACTIVATE,
        {
            "kind": entry.kind,
            "name": entry.name,
            "version_id": entry.version_id,
            "revision": entry.revision,
            "effective_from": entry.effective_from,
            "effective_to": entry.effective_to,
            "voids": entry.voids,
            "actor": entry.actor,
            "reason": entry.reason,
        },
    )


async def live(tx: Transaction, wanted: Collection[tuple[EntryKind, str]]) -> dict[tuple[EntryKind, str], Entry]:
    """Return what is live now of each kind and name, by the database's clock; what has nothing live is left out."""
    columns = {"kinds": [kind for kind, _ in wanted], "names": [name for _, name in wanted]}
    entries = [
        Entry(EntryKind(row.kind), row.name, row.revision, row.hash, row.version_id)
        for row in await tx.execute(_LIVE, columns)
        if row.revision is not None
    ]
    return {(entry.kind, entry.name): entry for entry in entries}


async def all_live(tx: Transaction, kind: EntryKind) -> dict[str, Entry]:
    """Return the live entry of every name of a kind."""
    names = (await tx.execute(_NAMES, {"kind": kind})).scalars().all()
    return {name: entry for (_, name), entry in (await live(tx, [(kind, name) for name in names])).items()}


async def document(tx: Transaction, kind: EntryKind, name: str, revision: int) -> dict[str, Any]:
    """Return a document that exists."""
    found = (await tx.execute(_DOCUMENT, {"kind": kind, "name": name, "revision": revision})).scalar_one()
    loaded: dict[str, Any] = json.loads(found)
    return loaded


async def keep_products(db: Database, consumer: str, batch: Sequence[Event[ProductPublished]]) -> None:
    """Keep copies of products as they become live, for services that check facts against them.

    A copy is live from the moment at which it was with its owner, so that the order of arrival does not matter and an
    old revision can come back.
    """
    async with db.transaction() as tx:
        for event in await inbox.unseen(tx, consumer, batch):
            told = event.data
            parse_product(told.document)  # A document that can't be read belongs to the dead letters.
            await lock(tx, EntryKind.PRODUCT, told.name)
            await add(tx, EntryKind.PRODUCT, told.name, told.revision, told.document, consumer)
            since = event.time if told.effective_at is None else told.effective_at
            await activate(tx, Activate(EntryKind.PRODUCT, told.name, told.revision, since, consumer, "heard of"))


@dataclass(frozen=True, slots=True)
class Need:
    """One document that a parsed thing is made of: of this kind, under the thing's own name or a fixed one."""

    kind: EntryKind
    name: str | None = None

    def name_for(self, name: str) -> str:
        """Return the name of the document needed for `name`."""
        return self.name or name


Parse = Callable[[Sequence[dict[str, Any]], tuple[int, ...]], T]
"""Makes a thing of its documents; gets their revisions as well, in the same order."""


_NEVER: Final[tuple[float, Any]] = (float("-inf"), None)
KEEP_SECONDS: Final = 0.25
"""How long a process goes on with what was live before it looks again."""


_MOST_PARSED: Final = 256
"""Old versions are asked for by who pins, shadows and replays; a process that runs for years does not keep them all."""


class Shelf(Generic[T]):
    """Things parsed from documents. Of those used last, each combination of revisions is read and parsed once.

    What was found live is taken for live for `keep_seconds`; what was not found is looked for every time.
    """

    def __init__(self, needs: Sequence[Need], parse: Parse[T], *, keep_seconds: float = KEEP_SECONDS) -> None:
        self._needs = tuple(needs)
        self._parse = parse
        self._keep_seconds = keep_seconds
        self._parsed: dict[tuple[str, tuple[int, ...]], T] = {}
        self._recent: dict[str, tuple[float, T]] = {}
        self._parsing = asyncio.Lock()

    def recent(self, names: Collection[str]) -> dict[str, T] | None:
        """Return what was live a moment ago under all the names, None when that is not known of each."""
        oldest = monotonic() - self._keep_seconds
        found: dict[str, T] = {}
        for name in names:
            looked_at, thing = self._recent.get(name, _NEVER)
            if looked_at <= oldest or thing is None:
                return None
            found[name] = thing
        return found

    async def take(self, tx: Transaction, names: Collection[str]) -> dict[str, T]:
        """Return what is live now under each name that has all the documents it needs."""
        known = self.recent(names)
        if known is not None:
            return known
        now = monotonic()
        wanted = {(need.kind, need.name_for(name)) for name in names for need in self._needs}
        entries = await live(tx, wanted)
        found: dict[str, T] = {}
        for name in names:
            versions = [entries.get((need.kind, need.name_for(name))) for need in self._needs]
            revisions = tuple(entry.revision for entry in versions if entry is not None)
            if len(revisions) == len(self._needs):
                found[name] = await self.pinned(tx, name, revisions)
                self._recent[name] = (now, found[name])
        return found

    async def pinned(self, tx: Transaction, name: str, revisions: tuple[int, ...]) -> T:
        """Return what stands under `name` at the given revision of each need; they must exist."""
        key = (name, revisions)
        if key not in self._parsed:
            async with self._parsing:
                if key not in self._parsed:
                    while len(self._parsed) >= _MOST_PARSED:
                        del self._parsed[next(iter(self._parsed))]
                    documents = [
                        await document(tx, need.kind, need.name_for(name), revision)
                        for need, revision in zip(self._needs, revisions, strict=True)
                    ]
                    # To compile a large policy takes long enough for other requests to notice.
                    self._parsed[key] = await asyncio.to_thread(self._parse, documents, revisions)
        # Used last, so given up last.
        found = self._parsed[key] = self._parsed.pop(key)
        return found


def product_shelf() -> Shelf[Product]:
    """Return a shelf of products."""
    return Shelf([Need(EntryKind.PRODUCT)], lambda documents, _revisions: parse_product(documents[0]))
