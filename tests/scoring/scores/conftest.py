"""Scoring as it serves scores: a database, a desk that asks, and the consumer of applications."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.embedded.postgres import Address
from services.scoring import consumers
from services.scoring.app import create_app
from services.scoring.settings import Settings
from shared.catalogue import keep_products
from shared.consumer import Consumer
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database
from shared.ids import new_id
from tests.kit.catalogue import SCOPES
from tests.kit.service import Urls, client_of, consumer_of, migrated, platform_settings
from tests.scoring.domain.small import SMALL_FACTS


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "scores_tests")


@pytest.fixture
def consumer(db: Database) -> Consumer:
    """Scoring's consumer; tests hand it deliveries themselves."""
    return consumer_of(consumers.subscription(db), db)


@pytest.fixture
async def desk(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API, to a client that may score and read scores."""
    scopes = {**SCOPES, "los": ["scores:write", "scores:read"], "writer": ["scores:write"]}
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, scopes))
    async with client_of(app, "los") as made:
        yield made


@pytest.fixture
async def product(db: Database) -> str:
    """The name of a product that scoring has heard of, and no other test."""
    name = new_id("loan").replace("_", "-")
    document = {"name": name, "title": "Small loan", "currency": "EUR", "facts": SMALL_FACTS}
    now = datetime.now(UTC)
    told = ProductPublished(name=name, revision=1, document=document, effective_at=now)
    await keep_products(db, "scoring", [Event(new_id("evt"), told.type, "/assay/decision", "x", now, None, told)])
    return name
