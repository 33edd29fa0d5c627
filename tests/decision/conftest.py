"""Decision on a real PostgreSQL, spoken to over HTTP and by events; nothing listens where scoring should be."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.decision import consumers
from services.decision.app import create_app
from services.decision.settings import Settings
from services.embedded.postgres import Address
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.consumer import Consumer
from shared.db import Database
from tests.kit.catalogue import SCOPES, load_directory
from tests.kit.service import Urls, client_of, consumer_of, migrated, platform_settings

_CLIENTS = {
    **SCOPES,
    "analyst": ["catalogue:read"],
    "los": ["decisions:write", "decisions:read", "decisions:replay"],
}


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "decision", "decision_tests")


@pytest.fixture
def consumer(db: Database) -> Consumer:
    """Decision's consumer; tests hand it deliveries themselves."""
    return consumer_of(consumers.subscription(db), db)


@pytest.fixture
async def los(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A loan-origination system; the catalogue is live."""
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    async with client_of(create_app(settings, platform_settings(tmp_path, _CLIENTS)), "los") as client:
        await load_directory(client, PROJECT / "deploy" / "catalogue")
        yield client
