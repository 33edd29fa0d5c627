"""Scoring on a real PostgreSQL, with a scorecard that was developed on a made-up population."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from services.embedded.postgres import Address
from tests.kit.service import Urls, migrated
from tests.scoring.experiments.conftest import laboratory, own_urls
from tests.scoring.monitoring.scene import Scene, playing

__all__ = ["laboratory", "own_urls"]

_VERSIONS = count(1)


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "scoring_watch_tests")


@pytest.fixture
async def scene(urls: Urls, tmp_path: Path) -> AsyncIterator[Scene]:
    """The service with a live scorecard of its own version, so that no test sees what happened to another's."""
    async with playing(urls, tmp_path, next(_VERSIONS)) as made:
        yield made
