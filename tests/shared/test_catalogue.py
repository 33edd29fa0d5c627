"""Catalogue documents: kept for good, live by a history of activations, and the same wherever they are kept."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared import catalogue
from shared.canonical import content_hash
from shared.catalogue import Activate, Entry, EntryKind, Need, Shelf, keep_products, product_shelf
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database
from shared.governance.timeline import Activation, live_at
from shared.ids import new_id
from tests.shared.kit import rows_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def product(title: str = "Loan") -> dict[str, Any]:
    facts = {"requested_amount": {"type": "money", "required": True, "label": "Betrag \u2603"}}
    return {"name": "loan", "title": title, "currency": "DEM", "facts": facts}


async def go_live(
    db: Database, document: dict[str, Any], revision: int, name: str = "loan", since: datetime | None = None
) -> None:
    """Keep a revision of a product and make it live, from now on or since a moment."""
    async with db.transaction() as tx:
        await catalogue.lock(tx, EntryKind.PRODUCT, name)
        await catalogue.add(tx, EntryKind.PRODUCT, name, revision, document, "analyst")
        moment = since or (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()
        await catalogue.activate(tx, Activate(EntryKind.PRODUCT, name, revision, moment, "analyst", "test"))


async def live_revisions(db: Database) -> dict[str, int]:
    async with db.transaction() as tx:
        return {name: entry.revision for name, entry in (await catalogue.all_live(tx, EntryKind.PRODUCT)).items()}


async def test_a_revision_that_is_kept_is_not_live_by_that(db: Database) -> None:
    async with db.transaction() as tx:
        await catalogue.add(tx, EntryKind.PRODUCT, "loan", 1, product(), "analyst")
    assert await live_revisions(db) == {}


async def test_what_was_activated_last_is_live_whatever_its_revision(db: Database) -> None:
    for revision, title in ((1, "A"), (2, "B"), (1, "A")):
        await go_live(db, product(title), revision)
    assert await live_revisions(db) == {"loan": 1}
    async with db.transaction() as tx:
        assert (await catalogue.document(tx, EntryKind.PRODUCT, "loan", 2))["title"] == "B"
        (entry,) = (await catalogue.live(tx, [(EntryKind.PRODUCT, "loan")])).values()
    assert entry == Entry(EntryKind.PRODUCT, "loan", 1, content_hash(product("A")))


async def test_a_revision_stays_as_it_was_kept_first(db: Database) -> None:
    for title in ("A", "B"):
        await go_live(db, product(title), 1)
    async with db.transaction() as tx:
        assert (await catalogue.document(tx, EntryKind.PRODUCT, "loan", 1))["title"] == "A"


async def test_rivals_write_the_history_one_after_the_other(db: Database, rival_db: Database) -> None:
    await asyncio.gather(
        *(go_live(of, product(f"{number}"), number + 1) for number, of in enumerate([db, rival_db] * 5))
    )
    assert await rows_of(db, "activation") == 10
    assert set(await live_revisions(db)) == {"loan"}


async def test_names_and_kinds_live_apart(db: Database) -> None:
    await go_live(db, product(), 1, "loan")
    await go_live(db, product(), 2, "lease")
    assert await live_revisions(db) == {"loan": 1, "lease": 2}
    async with db.transaction() as tx:
        assert await catalogue.live(tx, [(EntryKind.POLICY, "loan")]) == {}


moments = st.integers(-6, 6)
histories = st.lists(
    st.tuples(st.integers(1, 3) | st.none(), moments, st.none() | st.integers(1, 6), st.none() | st.integers(1, 4)),
    min_size=1,
    max_size=6,
)


async def test_the_database_reads_the_history_as_the_timeline_does(db: Database) -> None:
    """The drawn histories are kept side by side under names of their own, and read in one go."""
    drawn: list[list[Activation]] = []

    @settings(max_examples=100, database=None, derandomize=True)
    @given(histories)
    def collect(rows: list[tuple[int | None, int, int | None, int | None]]) -> None:
        drawn.append([_activation(number, row) for number, row in enumerate(rows, 1)])

    collect()
    async with db.transaction() as tx:
        for revision in (1, 2, 3):
            for number in range(len(drawn)):
                await catalogue.add(tx, EntryKind.PRODUCT, f"n{number}", revision, {"r": revision}, "analyst")
        for number, history in enumerate(drawn):
            for held in history:
                await catalogue.activate(tx, _written(f"n{number}", held))
        now = (await tx.execute(text("SELECT now()"))).scalar_one()
        found = await catalogue.live(tx, [(EntryKind.PRODUCT, f"n{number}") for number in range(len(drawn))])
    for number, history in enumerate(drawn):
        live, entry = live_at(history, now), found.get((EntryKind.PRODUCT, f"n{number}"))
        assert (live and live.revision) == (entry and entry.revision), history


def _activation(number: int, row: tuple[int | None, int, int | None, int | None]) -> Activation:
    revision, begin, length, voids = row
    # Half an hour beside the full ones, so that no moment is the one at which it is asked.
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=begin, minutes=30)
    if voids is not None and voids < number:
        return Activation(number, None, None, start, None, voids)
    return Activation(number, None, revision, start, None if length is None else start + timedelta(hours=length))


def _written(name: str, held: Activation) -> Activate:
    end, voids = held.effective_to, held.voids
    return Activate(
        EntryKind.PRODUCT, name, held.revision, held.effective_from, "analyst", "", effective_to=end, voids=voids
    )


def told(revision: int, document: dict[str, Any], minute: int | None, at: int = 0) -> Event[ProductPublished]:
    """Return an event of the minute `at`; the product is live since `minute`, None in events that don't say so."""
    since = None if minute is None else NOON + timedelta(minutes=minute)
    data = ProductPublished(name="loan", revision=revision, document=document, effective_at=since)
    return Event(new_id("evt"), data.type, "/assay/decision", "loan", NOON + timedelta(minutes=at), None, data)


async def test_a_copy_keeps_the_owners_revision_and_hash_in_any_order_of_arrival(db: Database) -> None:
    second, first = told(2, product("B"), minute=2), told(1, product("A"), minute=1)
    await keep_products(db, "intake", [second])
    await keep_products(db, "intake", [first, second])
    async with db.transaction() as tx:
        live = (await catalogue.all_live(tx, EntryKind.PRODUCT))["loan"]
        shelved = await product_shelf().take(tx, ["loan", "unknown"])
    assert (live.revision, live.hash) == (2, content_hash(product("B")))
    assert {name: found.title for name, found in shelved.items()} == {"loan": "B"}


async def test_a_copy_goes_back_with_its_owner(db: Database) -> None:
    back = told(1, product("A"), minute=3)
    await keep_products(db, "intake", [told(1, product("A"), minute=1), back, told(2, product("B"), minute=2)])
    assert await live_revisions(db) == {"loan": 1}


async def test_events_that_do_not_say_since_when_count_from_when_they_happened(db: Database) -> None:
    old = [told(revision, product(str(revision)), minute=None, at=revision) for revision in (2, 1)]
    await keep_products(db, "intake", old)
    assert await live_revisions(db) == {"loan": 2}


async def test_a_product_that_can_not_be_read_is_not_kept(db: Database) -> None:
    with pytest.raises(ValueError, match="lacks"):
        await keep_products(db, "intake", [told(1, {"name": "loan"}, minute=1)])
    assert (await rows_of(db, "catalogue_entry"), await rows_of(db, "inbox")) == (0, 0)


async def test_a_shelf_reads_each_version_once_and_follows_the_live_one(db: Database) -> None:
    parsed: list[tuple[int, ...]] = []

    def parse(documents: Sequence[dict[str, Any]], revisions: tuple[int, ...]) -> str:
        parsed.append(revisions)
        return str(documents[0]["title"])

    shelf: Shelf[str] = Shelf([Need(EntryKind.PRODUCT)], parse, keep_seconds=0)
    seen = []
    for revision, title in ((1, "A"), (1, "A"), (2, "B")):
        await go_live(db, product(title), revision)
        async with db.transaction() as tx:
            seen.append((await shelf.take(tx, ["loan"]))["loan"])
    async with db.transaction() as tx:
        seen.append(await shelf.pinned(tx, "loan", (1,)))
    assert seen == ["A", "A", "B", "A"]
    assert parsed == [(1,), (2,)]


async def test_a_shelf_leaves_out_what_lacks_a_document(db: Database) -> None:
    await go_live(db, product(), 1)
    shelf: Shelf[int] = Shelf([Need(EntryKind.PRODUCT), Need(EntryKind.REASONS, "any")], lambda _d, _r: 1)
    async with db.transaction() as tx:
        assert await shelf.take(tx, ["loan"]) == {}
        await catalogue.add(tx, EntryKind.REASONS, "any", 1, {}, "analyst")
        await catalogue.activate(tx, Activate(EntryKind.REASONS, "any", 1, NOON, "analyst", "test"))
        assert await shelf.take(tx, ["loan"]) == {"loan": 1}


async def test_what_was_live_a_moment_ago_is_taken_for_live_but_what_was_missing_is_looked_for(db: Database) -> None:
    shelf: Shelf[str] = Shelf(
        [Need(EntryKind.PRODUCT)], lambda documents, _r: str(documents[0]["title"]), keep_seconds=3600
    )
    async with db.transaction() as tx:
        assert await shelf.take(tx, ["loan"]) == {}
    assert shelf.recent(["loan"]) is None
    await go_live(db, product("A"), 1)
    async with db.transaction() as tx:
        assert await shelf.take(tx, ["loan"]) == {"loan": "A"}
    await go_live(db, product("B"), 2)
    assert shelf.recent(["loan"]) == {"loan": "A"}
    assert shelf.recent(["loan", "another"]) is None
