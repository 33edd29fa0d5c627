"""Those who have to do with blocked documents, each over HTTP with the scopes that they have on a real platform."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from services.embedded.credentials import CLIENTS
from services.limits.app import create_app
from services.limits.settings import Settings
from tests.kit.service import Urls, another_client, client_of, platform_settings

PEOPLE = {
    "erp": "erp",
    "anna": "credit-officer",
    "boris": "credit-officer",
    "manager": "credit-manager",
    "director": "credit-director",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The people and systems around a queue of blocked documents."""

    crm: httpx.AsyncClient
    erp: httpx.AsyncClient
    anna: httpx.AsyncClient
    boris: httpx.AsyncClient
    manager: httpx.AsyncClient
    director: httpx.AsyncClient


@pytest.fixture
async def desk(urls: Urls, tmp_path: Path) -> AsyncIterator[Desk]:
    """A CRM, an ERP, two officers, their manager and the manager's director."""
    scopes = {"crm": CLIENTS["crm"], **{name: CLIENTS[client] for name, client in PEOPLE.items()}}
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, scopes))
    async with client_of(app, "crm") as crm, AsyncExitStack() as stack:
        others = [await stack.enter_async_context(another_client(app, name)) for name in PEOPLE]
        yield Desk(crm, *others)
