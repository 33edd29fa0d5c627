"""The platform layer on intake's schema in a real PostgreSQL, as the role that runs the service."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.embedded.postgres import Address
from shared.db import Database, driver_url
from tests.kit.service import Urls, migrated
from tests.shared.kit import RecordingBus


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "intake", "shared_tests")


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of a service whose tables are empty."""
    owner = await asyncpg.connect(driver_url(urls.owner))
    await owner.execute("TRUNCATE outbox, inbox, idempotency, dead_letter, catalogue_entry, activation")
    await owner.close()
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
async def rival_db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of a second process of the same service."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
def bus() -> RecordingBus:
    """A bus that keeps what is published, and fails when told to."""
    return RecordingBus()
