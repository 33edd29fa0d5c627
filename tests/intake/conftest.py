"""Intake on a real PostgreSQL, spoken to over HTTP, with a product that it has heard of."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml

from services.embedded.postgres import Address
from services.intake import consumers
from services.intake.app import create_app
from services.intake.settings import Settings
from services.migrate import PROJECT
from shared.bus.embedded import EmbeddedBus
from shared.consumer import Consumer
from shared.contracts.decision import PRODUCT_AGGREGATE, ProductPublished
from shared.db import Database
from tests.kit.service import Urls, client_of, delivery, migrated, platform_settings


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "intake", "intake_tests")


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of the worker."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
def consumer(db: Database) -> Consumer:
    """Intake's consumer; tests hand it deliveries themselves."""
    return Consumer(consumers.subscription(db), db, EmbeddedBus("postgresql://unused"), lambda: None)


@pytest.fixture
async def los(urls: Urls, consumer: Consumer, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A loan-origination system."""
    document = yaml.safe_load((PROJECT / "deploy/catalogue/products/consumer-loan.yaml").read_text())
    data = ProductPublished(name="consumer-loan", revision=1, document=document)
    published = delivery("decision", PRODUCT_AGGREGATE, "consumer-loan", ProductPublished.type, data, datetime.now(UTC))
    await consumer.handle([published])
    platform = platform_settings(tmp_path, {"los": ["applications:write", "applications:read"]})
    async with client_of(create_app(Settings(database_url=urls.app), platform), "los") as client:
        yield client
