"""Those who speak HTTP to limits: an officer who keeps accounts, an ERP that states rates, and a CRM."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.limits.app import create_app
from services.limits.settings import Settings
from tests.kit.service import Urls, client_of, platform_settings

_SCOPES = {
    "crm": ["limits:read", "reservations:read", "reservations:write"],
    "erp": ["limits:read", "rates:write", "reservations:write"],
    "credit-officer": ["accounts:write", "limits:read"],
}


@pytest.fixture
def app(urls: Urls, tmp_path: Path) -> FastAPI:
    """The service."""
    return create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _SCOPES))


@pytest.fixture
async def officer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A credit officer."""
    async with client_of(app, "credit-officer") as client:
        yield client


@pytest.fixture
async def erp(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """An ERP."""
    async with client_of(app, "erp") as client:
        yield client


@pytest.fixture
async def crm(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A CRM."""
    async with client_of(app, "crm") as client:
        yield client
