"""Whoever statements are about."""

import httpx
import pytest

from tests.intake.parties.given import company, take_in


@pytest.fixture
async def party(officer: httpx.AsyncClient) -> str:
    """A company of an industry."""
    return await take_in(officer, {**company(), "attribution": {"industry": "332722"}})
