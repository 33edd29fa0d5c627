"""Intake on a real PostgreSQL, spoken to over HTTP, with a product that it has heard of."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI

from services.embedded.credentials import CLIENTS
from services.embedded.postgres import Address
from services.intake import consumers
from services.intake.app import create_app
from services.intake.settings import Settings
from services.intake.vault import Vault
from services.migrate import PROJECT
from shared.consumer import Consumer
from shared.contracts.decision import PRODUCT_AGGREGATE, ProductPublished
from shared.db import Database
from tests.kit.service import (
    Urls,
    another_client,
    client_of,
    consumer_of,
    delivery,
    intake_settings,
    migrated,
    platform_settings,
)


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "intake", "intake_tests")


@pytest.fixture(scope="session")
def settings(urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of intake; the keys are the same for all tests, as the database is."""
    return intake_settings(urls, tmp_path_factory.mktemp("intake"))


@pytest.fixture(scope="session")
def vault(settings: Settings) -> Vault:
    """The keys that personal data is sealed with."""
    return Vault.load(settings.keys_file)


@pytest.fixture
def consumer(db: Database) -> Consumer:
    """Intake's consumer; tests hand it deliveries themselves."""
    return consumer_of(consumers.subscription(db), db)


async def publish(consumer: Consumer, document: Mapping[str, Any], revision: int = 1) -> None:
    """Let intake hear of a product."""
    data = ProductPublished(name=document["name"], revision=revision, document=dict(document))
    now = datetime.now(UTC)
    delivered = delivery("decision", PRODUCT_AGGREGATE, data.name, ProductPublished.type, data, now)
    await consumer.handle([delivered])


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> FastAPI:
    """The API process; the key of each development client is the client's name."""
    return create_app(settings, platform_settings(tmp_path, CLIENTS))


@pytest.fixture
async def los(app: FastAPI, consumer: Consumer) -> AsyncIterator[httpx.AsyncClient]:
    """A loan-origination system."""
    await publish(consumer, yaml.safe_load((PROJECT / "deploy/catalogue/products/consumer-loan.yaml").read_text()))
    async with client_of(app, "los") as client:
        yield client


@pytest.fixture
async def officer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A credit officer."""
    async with client_of(app, "credit-officer") as client:
        yield client


@pytest.fixture
async def feed(app: FastAPI, officer: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Who brings indicators, to the process that the officer speaks to."""
    async with another_client(app, "data-feed") as client:
        yield client
