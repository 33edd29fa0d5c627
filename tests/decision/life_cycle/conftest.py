"""The decision service with clients of every role."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from services.decision.app import create_app
from services.decision.settings import Settings
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.yaml import load_yaml
from tests.decision.governed import new_name, product, reasons
from tests.kit.catalogue import SCOPES, bearing, make_live
from tests.kit.service import Urls, client_of, platform_settings

_CLIENTS: Final = {
    **SCOPES,
    "second-author": ["catalogue:write", "catalogue:read"],
    "everything": ["catalogue:write", "catalogue:approve", "catalogue:deploy", "catalogue:read"],
    "second-approver": ["catalogue:approve", "catalogue:read"],
    "reader": ["catalogue:read"],
    "los": ["decisions:write", "decisions:read"],
}


@pytest.fixture
async def desk(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API; every request says who makes it. The reason codes of the platform are live."""
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    async with client_of(create_app(settings, platform_settings(tmp_path, _CLIENTS)), "nobody") as client:
        if (await client.get("/v1/catalogue/reasons/any", headers=bearing("reader"))).status_code == 404:
            any_product = PROJECT / "deploy" / "catalogue" / "reasons" / "platform.yaml"
            await make_live(client, "reasons", load_yaml(any_product.read_text()))
        yield client


@pytest.fixture
async def name(desk: httpx.AsyncClient) -> str:
    """A product with reason codes that are live; it has no policy."""
    found = new_name()
    await make_live(desk, "product", product(found))
    await make_live(desk, "reasons", reasons(found))
    return found
