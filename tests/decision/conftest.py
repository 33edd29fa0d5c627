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
from shared.bus.embedded import EmbeddedBus
from shared.consumer import Consumer
from shared.db import Database
from shared.yaml import load_yaml
from tests.kit.service import Urls, client_of, migrated, platform_settings

_CLIENTS = {
    "analyst": ["catalogue:write"],
    "los": ["decisions:write", "decisions:read"],
}


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "decision", "decision_tests")


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of the worker."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
def consumer(db: Database) -> Consumer:
    """Decision's consumer; tests hand it deliveries themselves."""
    return Consumer(consumers.subscription(db), db, EmbeddedBus("postgresql://unused"), lambda: None)


@pytest.fixture
async def analyst(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may change the catalogue."""
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    async with client_of(create_app(settings, platform_settings(tmp_path, _CLIENTS)), "analyst") as client:
        yield client


@pytest.fixture
async def los(analyst: httpx.AsyncClient) -> httpx.AsyncClient:
    """A loan-origination system; the catalogue has been published."""
    for kind in ("products", "reasons", "policies"):
        for path in sorted((PROJECT / "deploy" / "catalogue" / kind).glob("*.yaml")):
            published = await analyst.post(f"/v1/{kind}", json={"document": load_yaml(path.read_text())})
            assert published.is_success, published.text
    analyst.headers["Authorization"] = "Bearer los"
    return analyst
