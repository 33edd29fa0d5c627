"""An ERP and a credit manager who speak HTTP to the service."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from services.limits.app import create_app
from services.limits.settings import Settings
from tests.kit.service import Urls, client_of, platform_settings

_READS = ["limits:read", "items:read", "reservations:read"]
_SCOPES = {
    "erp": [*_READS, "items:write", "reservations:write", "rates:write"],
    "manager": [*_READS, "accounts:write", "limits:approve", "exposure:rebuild"],
    "auditor": ["limits:read"],
}


@pytest.fixture
async def erp(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The system that keeps the documents."""
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _SCOPES))
    async with client_of(app, "erp") as client:
        yield client


@pytest.fixture
async def manager(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A credit manager."""
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _SCOPES))
    async with client_of(app, "manager") as client:
        yield client


@pytest.fixture
def today() -> date:
    """The day by the clock that database and tests share."""
    return datetime.now(UTC).date()
