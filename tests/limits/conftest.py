"""Limits on a real PostgreSQL, spoken to as the role that runs the service."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from services.embedded.postgres import Address
from services.limits.app import create_app
from services.limits.settings import Settings
from services.migrate import Schema, migrate
from shared.auth import hashed
from shared.canonical import canonical_json
from shared.db import Database
from shared.settings import PlatformSettings

_DATABASE = "limits_tests"
_KEYS = {
    "crm": ["limits:read", "reservations:read", "reservations:write"],
    "auditor": ["limits:read"],
}


@dataclass(frozen=True, slots=True)
class Urls:
    """How the two roles connect."""

    owner: str
    app: str


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A database that has been migrated."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {_DATABASE}")
    await admin.close()
    found = Urls(
        postgres.url("limits_owner", database=_DATABASE),
        postgres.url("limits_app", database=_DATABASE),
    )
    schemas = {"limits": Schema(found.owner, found.app)}
    await asyncio.to_thread(migrate, postgres.url(database=_DATABASE), schemas)
    return found


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of the service."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
async def rival_db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of a second process of the service."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
async def crm(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A CRM that speaks HTTP to the service."""
    keys = tmp_path / "api_keys.json"
    keys.write_text(
        canonical_json(
            {
                "keys": [
                    {"sha256": hashed(client), "client": client, "scopes": scopes} for client, scopes in _KEYS.items()
                ]
            }
        )
    )
    app = create_app(Settings(database_url=urls.app), PlatformSettings(api_keys_file=keys))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": "Bearer crm"}
        async with httpx.AsyncClient(transport=transport, base_url="http://limits", headers=headers) as client:
            yield client
