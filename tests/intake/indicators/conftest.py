"""Clients that bring indicators and see to reviews."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.kit.service import client_of


@pytest.fixture
async def feed(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A feed of data."""
    async with client_of(app, "data-feed") as client:
        yield client


@pytest.fixture
async def officer(app: FastAPI, feed: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A credit officer, of the same process."""
    transport, headers = httpx.ASGITransport(app), {"Authorization": "Bearer credit-officer"}
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        yield client
