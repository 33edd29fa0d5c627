"""Who checks and who writes the rules, each over HTTP with the scopes that they have on a real platform."""

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

_CLIENTS = {"crm": "crm", "erp": "erp", "officer": "credit-officer", "manager": "credit-manager"}


@dataclass(frozen=True, slots=True)
class House:
    """The clients of a house that sells on credit; `auditor` may read and nothing else."""

    crm: httpx.AsyncClient
    erp: httpx.AsyncClient
    officer: httpx.AsyncClient
    manager: httpx.AsyncClient
    auditor: httpx.AsyncClient


@pytest.fixture
async def house(urls: Urls, tmp_path: Path) -> AsyncIterator[House]:
    """A CRM, an ERP, a credit officer, their manager and an auditor."""
    scopes = {name: CLIENTS[client] for name, client in _CLIENTS.items()} | {"auditor": ["limits:read"]}
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, scopes))

    async with client_of(app, "crm") as crm, AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(another_client(app, name))
            for name in ("erp", "officer", "manager", "auditor")
        ]
        yield House(crm, *others)
