"""Books of their own, filled by random traffic, so that all of them can be compared."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.embedded.postgres import Address
from shared.db import Database
from tests.kit.service import Urls, migrated
from tests.limits.reconcile import traffic


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A database with accounts, limits, reservations, documents and moves."""
    found = await migrated(postgres, "limits", "limits_reconcile_tests")
    db = Database(found.app)
    await traffic.fill(db)
    await db.close()
    return found


@pytest.fixture
async def owner(urls: Urls) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may write what the service can't: the owner of the tables."""
    connection = await asyncpg.connect(urls.owner)
    yield connection
    await connection.close()
