"""The worker goes through the books by itself, a few trees at a time."""

import asyncpg
import pytest

from services.limits.handlers import reconciling
from services.limits.handlers.reconciling import Round, walk_on
from shared.db import Database


async def walk(db: Database) -> Round:
    """Go through all books once."""
    found = Round()
    while await walk_on(db, found) is not None:
        pass
    return found


async def test_a_walk_goes_through_all_books(
    db: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "_TREES_PER_STEP", 1)
    assert (await walk(db)).differences == 0
    await owner.execute("UPDATE account SET version = version + 1")
    try:
        found = await walk(db)
    finally:
        await owner.execute("UPDATE account SET version = version - 1")
    assert found.differences == 26


async def test_a_walk_leaves_very_long_books_to_who_asks_for_them(
    db: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "MOST_ENTRIES", 0)
    await owner.execute("UPDATE account SET version = version + 1")
    try:
        found = await walk(db)
    finally:
        await owner.execute("UPDATE account SET version = version - 1")
    assert found.differences == 0
