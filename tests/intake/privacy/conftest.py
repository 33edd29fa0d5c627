"""Intake with a database of its own: what is tried here walks through everything that is kept."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from services.embedded.postgres import Address
from services.intake.settings import Settings
from services.intake.vault import Vault
from tests.kit.service import Urls, another_client, intake_settings, migrated

Clients = Callable[[str], httpx.AsyncClient]


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "intake", "intake_privacy_tests")


@pytest.fixture(scope="session")
def settings(urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of intake, with keys of their own."""
    return intake_settings(urls, tmp_path_factory.mktemp("intake-privacy"))


@pytest.fixture(scope="session")
def vault(settings: Settings) -> Vault:
    """The keys that personal data is sealed with."""
    return Vault.load(settings.keys_file)


@pytest.fixture
async def clients(app: FastAPI, los: httpx.AsyncClient) -> AsyncIterator[Clients]:
    """Clients by name, all of one process that knows a product."""
    opened: list[httpx.AsyncClient] = []

    def client(name: str) -> httpx.AsyncClient:
        made = another_client(app, name)
        opened.append(made)
        return made

    yield client
    for made in opened:
        await made.aclose()


@pytest.fixture
def privacy(clients: Clients) -> httpx.AsyncClient:
    """The privacy officer."""
    return clients("privacy-officer")


@pytest.fixture
async def other_urls(postgres: Address, request: pytest.FixtureRequest) -> Urls:
    """A migrated database for one test alone."""
    name = f"intake_{abs(hash(request.node.nodeid)) % 10**9}"
    return await migrated(postgres, "intake", name)
