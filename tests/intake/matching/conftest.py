"""Officers, and cases for them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.kit.service import client_of


@pytest.fixture
async def officer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A credit officer."""
    async with client_of(app, "credit-officer") as client:
        yield client
