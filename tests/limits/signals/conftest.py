"""A database of its own for what is counted over all accounts."""

import pytest

from services.embedded.postgres import Address
from shared.ids import new_id
from tests.kit.service import Urls, migrated


@pytest.fixture
async def urls(postgres: Address) -> Urls:
    """A database without accounts."""
    return await migrated(postgres, "limits", new_id("signals"))
