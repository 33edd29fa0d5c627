"""Those who speak HTTP to limits about rates."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.limits.app import create_app
from services.limits.settings import Settings
from tests.kit.service import Urls, client_of, platform_settings

_SCOPES = {"erp": ["limits:read", "rates:write"], "crm": ["limits:read"]}


@pytest.fixture
async def erp(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An ERP that states rates."""
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _SCOPES))
    async with client_of(app, "erp") as client:
        yield client
