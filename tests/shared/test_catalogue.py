"""Catalogue documents: written once, numbered, and the same wherever they are kept."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import catalogue
from shared.canonical import content_hash
from shared.catalogue import Entry, EntryKind, Need, Shelf, keep_products, product_shelf
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database
from shared.ids import new_id
from tests.shared.kit import rows_of


def product(title: str = "Loan") -> dict[str, Any]:
    facts = {"requested_amount": {"type": "money", "required": True, "label": "Betrag \u2603"}}
    return {"name": "loan", "title": title, "currency": "DEM", "facts": facts}


async def publish(db: Database, document: dict[str, Any], name: str = "loan") -> Entry:
    async with db.transaction() as tx:
        return await catalogue.publish(tx, EntryKind.PRODUCT, name, document, "analyst")


async def test_publishing_the_live_version_again_changes_nothing(db: Database) -> None:
    first = await publish(db, product())
    again = await publish(db, dict(reversed(product().items())))
    assert (first.revision, first.is_new) == (1, True)
    assert (again.revision, again.hash, again.is_new) == (1, first.hash, False)
    assert await rows_of(db, "catalogue_entry") == 1


async def test_new_content_is_the_next_revision_and_an_old_one_can_come_back(db: Database) -> None:
    revisions = [(await publish(db, product(title))).revision for title in ("A", "B", "A")]
    assert revisions == [1, 2, 3]
    async with db.transaction() as tx:
        assert (await catalogue.document(tx, EntryKind.PRODUCT, "loan", 2))["title"] == "B"
        assert await catalogue.revision_of(tx, EntryKind.PRODUCT, "loan", content_hash(product("A"))) == 1
        assert await catalogue.revision_of(tx, EntryKind.PRODUCT, "loan", "none") is None
        live = await catalogue.all_live(tx, EntryKind.PRODUCT)
    assert {name: entry.revision for name, entry in live.items()} == {"loan": 3}


async def test_rivals_never_get_the_same_revision(db: Database, rival_db: Database) -> None:
    entries = await asyncio.gather(*(publish(of, product(f"{number}")) for number, of in enumerate([db, rival_db] * 5)))
    assert sorted(entry.revision for entry in entries) == list(range(1, 11))
    async with db.transaction() as tx:
        for entry in entries:
            stored = await catalogue.document(tx, EntryKind.PRODUCT, "loan", entry.revision)
            assert content_hash(stored) == entry.hash


async def test_rivals_with_the_same_document_make_one_revision(db: Database, rival_db: Database) -> None:
    entries = await asyncio.gather(*(publish(of, product()) for of in [db, rival_db] * 5))
    assert sum(entry.is_new for entry in entries) == 1
    assert {entry.revision for entry in entries} == {1}


async def test_names_and_kinds_are_numbered_apart(db: Database) -> None:
    assert (await publish(db, product(), "loan")).revision == 1
    assert (await publish(db, product(), "lease")).revision == 1
    async with db.transaction() as tx:
        assert (await catalogue.publish(tx, EntryKind.POLICY, "loan", {"a": 1}, "analyst")).revision == 1


def published(revision: int, document: dict[str, Any]) -> Event[ProductPublished]:
    data = ProductPublished(name="loan", revision=revision, document=document)
    return Event(new_id("evt"), data.type, "/assay/decision", "loan", datetime.now(UTC), None, data)


async def test_a_copy_keeps_the_owners_revision_and_hash_in_any_order_of_arrival(db: Database) -> None:
    second, first = published(2, product("B")), published(1, product("A"))
    await keep_products(db, "intake", [second])
    await keep_products(db, "intake", [first, second])
    async with db.transaction() as tx:
        live = (await catalogue.all_live(tx, EntryKind.PRODUCT))["loan"]
        shelved = await product_shelf().take(tx, ["loan", "unknown"])
    assert (live.revision, live.hash) == (2, content_hash(product("B")))
    assert {name: found.title for name, found in shelved.items()} == {"loan": "B"}


async def test_a_product_that_can_not_be_read_is_not_kept(db: Database) -> None:
    with pytest.raises(ValueError, match="lacks"):
        await keep_products(db, "intake", [published(1, {"name": "loan"})])
    assert (await rows_of(db, "catalogue_entry"), await rows_of(db, "inbox")) == (0, 0)


async def test_a_shelf_reads_each_version_once_and_follows_the_live_one(db: Database) -> None:
    parsed: list[tuple[int, ...]] = []

    def parse(documents: Sequence[dict[str, Any]], revisions: tuple[int, ...]) -> str:
        parsed.append(revisions)
        return str(documents[0]["title"])

    shelf: Shelf[str] = Shelf([Need(EntryKind.PRODUCT)], parse, keep_seconds=0)
    seen = []
    for title in ("A", "A", "B"):
        await publish(db, product(title))
        async with db.transaction() as tx:
            seen.append((await shelf.take(tx, ["loan"]))["loan"])
    async with db.transaction() as tx:
        seen.append(await shelf.pinned(tx, "loan", (1,)))
    assert seen == ["A", "A", "B", "A"]
    assert parsed == [(1,), (2,)]


async def test_a_shelf_leaves_out_what_lacks_a_document(db: Database) -> None:
    await publish(db, product())
    shelf: Shelf[int] = Shelf([Need(EntryKind.PRODUCT), Need(EntryKind.REASONS, "any")], lambda _d, _r: 1)
    async with db.transaction() as tx:
        assert await shelf.take(tx, ["loan"]) == {}
        await catalogue.publish(tx, EntryKind.REASONS, "any", {}, "analyst")
        assert await shelf.take(tx, ["loan"]) == {"loan": 1}


async def test_what_was_live_a_moment_ago_is_taken_for_live_but_what_was_missing_is_looked_for(db: Database) -> None:
    shelf: Shelf[str] = Shelf(
        [Need(EntryKind.PRODUCT)], lambda documents, _r: str(documents[0]["title"]), keep_seconds=3600
    )
    async with db.transaction() as tx:
        assert await shelf.take(tx, ["loan"]) == {}
    assert shelf.recent(["loan"]) is None
    await publish(db, product("A"))
    async with db.transaction() as tx:
        assert await shelf.take(tx, ["loan"]) == {"loan": "A"}
    await publish(db, product("B"))
    assert shelf.recent(["loan"]) == {"loan": "A"}
    assert shelf.recent(["loan", "another"]) is None
