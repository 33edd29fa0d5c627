"""The catalogue: versioned, hashed, immutable documents (products, reasons, policies, scorecards), written once here.

A service that owns a kind publishes entries and gets the next revision; a service that only needs a copy keeps the
revisions it hears of. The live entry of a name is the one with the highest revision.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import text

from shared import inbox
from shared.canonical import canonical_json, content_hash
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database, Transaction
from shared.errors import invalid
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
    """One version of a document. `is_new` tells a publication from a repetition of the live version."""

    kind: EntryKind
    name: str
    revision: int
    hash: str
    is_new: bool


_MAX_NAME_LENGTH: Final = 255
"""As long as the text that a request may name a product by; PostgreSQL can't index much longer ones."""

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('catalogue/' || :kind), hashtext(:name))")
_LIVE: Final = text("""
    SELECT DISTINCT ON (kind, name) kind, name, revision, hash FROM catalogue_entry
    JOIN unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) AS wanted(kind, name) USING (kind, name)
    ORDER BY kind, name, revision DESC
""")
_ALL: Final = text("""
    SELECT DISTINCT ON (name) name, revision, hash FROM catalogue_entry WHERE kind = :kind ORDER BY name, revision DESC
""")
_ADD: Final = text("""
    INSERT INTO catalogue_entry (kind, name, revision, hash, document, published_by)
    VALUES (:kind, :name, :revision, :hash, CAST(:document AS json), :published_by) ON CONFLICT DO NOTHING
""")
_DOCUMENT: Final = text("""
    SELECT document::text FROM catalogue_entry WHERE kind = :kind AND name = :name AND revision = :revision
""")
_BY_HASH: Final = text("""
    SELECT revision FROM catalogue_entry WHERE kind = :kind AND name = :name AND hash = :hash ORDER BY revision LIMIT 1
""")


async def publish(tx: Transaction, kind: EntryKind, name: str, document: Mapping[str, Any], actor: str) -> Entry:
    """Make `document` the live version of `name`; publishing the live version again changes nothing.

    Raises `Refusal` with 422 for a name that nobody could ask for.
    """
    if not 0 < len(name) <= _MAX_NAME_LENGTH:
        raise invalid("unusable_name", f"a name has 1 to {_MAX_NAME_LENGTH} characters")
    await tx.execute(_LOCK, {"kind": kind, "name": name})
    digest = content_hash(document)
    current = (await live(tx, [(kind, name)])).get((kind, name))
    if current is not None and current.hash == digest:
        return current
    revision = 1 if current is None else current.revision + 1
    await _add(tx, kind, name, revision, document, actor)
    return Entry(kind, name, revision, digest, is_new=True)


async def live(tx: Transaction, wanted: Collection[tuple[EntryKind, str]]) -> dict[tuple[EntryKind, str], Entry]:
    """Return the live entry of each kind and name that is known."""
    columns = {"kinds": [kind for kind, _ in wanted], "names": [name for _, name in wanted]}
    entries = [
        Entry(EntryKind(row.kind), row.name, row.revision, row.hash, is_new=False)
        for row in await tx.execute(_LIVE, columns)
    ]
    return {(entry.kind, entry.name): entry for entry in entries}


async def all_live(tx: Transaction, kind: EntryKind) -> dict[str, Entry]:
    """Return the live entry of every name of a kind."""
    rows = await tx.execute(_ALL, {"kind": kind})
    return {row.name: Entry(kind, row.name, row.revision, row.hash, is_new=False) for row in rows}


async def document(tx: Transaction, kind: EntryKind, name: str, revision: int) -> dict[str, Any]:
    """Return a document that exists."""
    found = (await tx.execute(_DOCUMENT, {"kind": kind, "name": name, "revision": revision})).scalar_one()
    loaded: dict[str, Any] = json.loads(found)
    return loaded


async def revision_of(tx: Transaction, kind: EntryKind, name: str, digest: str) -> int | None:
    """Return the first revision of `name` with this hash, None when there is none."""
    found: int | None = (await tx.execute(_BY_HASH, {"kind": kind, "name": name, "hash": digest})).scalar_one_or_none()
    return found


async def keep_products(db: Database, consumer: str, batch: Sequence[Event[ProductPublished]]) -> None:
    """Keep copies of published products, for services that check facts against them."""
    async with db.transaction() as tx:
        for event in await inbox.unseen(tx, consumer, batch):
            parse_product(event.data.document)  # A document that can't be read belongs to the dead letters.
            await _add(tx, EntryKind.PRODUCT, event.data.name, event.data.revision, event.data.document, consumer)


async def _add(
    tx: Transaction, kind: EntryKind, name: str, revision: int, new: Mapping[str, Any], published_by: str
) -> None:
    await tx.execute(
        _ADD,
        {
            "kind": kind,
            "name": name,
            "revision": revision,
            "hash": content_hash(new),
            "document": canonical_json(new),
            "published_by": published_by,
        },
    )


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


class Shelf(Generic[T]):
    """Things parsed from live documents, each combination of revisions read and parsed once per process.

    What was found live is taken for live for `keep_seconds`; what was not found is looked for every time.
    """

    def __init__(self, needs: Sequence[Need], parse: Parse[T], *, keep_seconds: float = KEEP_SECONDS) -> None:
        self._needs = tuple(needs)
        self._parse = parse
        self._keep_seconds = keep_seconds
        self._parsed: dict[tuple[str, tuple[int, ...]], T] = {}
        self._recent: dict[str, tuple[float, T]] = {}

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
            documents = [
                await document(tx, need.kind, need.name_for(name), revision)
                for need, revision in zip(self._needs, revisions, strict=True)
            ]
            self._parsed[key] = self._parse(documents, revisions)
        return self._parsed[key]


def product_shelf() -> Shelf[Product]:
    """Return a shelf of products."""
    return Shelf([Need(EntryKind.PRODUCT)], lambda documents, _revisions: parse_product(documents[0]))
