"""One sandbox for all tests, whose late identities are late by no more than a test needs."""

from collections.abc import AsyncIterator

import pytest

from services.sandbox.app import Settings
from tests.sandbox import given


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[str]:
    """The address of the sandbox."""
    settings = Settings(key="the key", slow_seconds=0.3, timeout_seconds=4.0)
    async with given.serving(settings) as url:
        yield url
