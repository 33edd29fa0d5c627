"""Limits on a real PostgreSQL, spoken to as the role that runs the service."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.embedded.postgres import Address
from services.limits.app import create_app
from services.limits.settings import Settings
from shared.db import Database
from tests.kit.service import Urls, client_of, migrated, platform_settings

_SCOPES = {
    "crm": ["limits:read", "reservations:read", "reservations:write"],
    "auditor": ["limits:read"],
}


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A database that has been migrated."""
    return await migrated(postgres, "limits", "limits_tests")


@pytest.fixture
async def rival_db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of a second process of the service."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
async def crm(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A CRM that speaks HTTP to the service."""
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _SCOPES))
    async with client_of(app, "crm") as client:
        yield client
