"""People who bring statements, and those who keep tables of industries."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.intake.parties.given import company, take_in
from tests.kit.service import client_of


@pytest.fixture
async def officer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A credit officer."""
    async with client_of(app, "credit-officer") as client:
        yield client


@pytest.fixture
async def feed(app: FastAPI, officer: httpx.AsyncClient) -> httpx.AsyncClient:
    """Who brings indicators; the service runs as long as the officer's connection does."""
    headers = {"Authorization": "Bearer data-feed"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", headers=headers)


@pytest.fixture
async def party(officer: httpx.AsyncClient) -> str:
    """A company of an industry."""
    return await take_in(officer, {**company(), "attribution": {"industry": "332722"}})
