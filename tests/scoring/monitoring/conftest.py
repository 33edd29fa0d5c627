"""Scoring on a real PostgreSQL, with a scorecard that was developed on a made-up population."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from services.embedded.postgres import Address
from services.scoring import consumers
from services.scoring.app import create_app
from services.scoring.settings import Settings
from shared.bus.embedded import EmbeddedBus
from shared.consumer import Consumer
from shared.db import Database
from tests.kit.catalogue import SCOPES, make_live
from tests.kit.service import Urls, client_of, migrated, platform_settings
from tests.scoring.monitoring.population import applicants, developed_on
from tests.scoring.monitoring.scene import Scene, product_published

_VERSIONS = count(1)
_CLIENTS = {
    **SCOPES,
    "servicer": ["outcomes:write", "outcomes:read", "monitoring:write", "monitoring:read"],
    "los": ["scores:write"],
}


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "scoring_watch_tests")


@pytest.fixture
async def scene(urls: Urls, tmp_path: Path) -> AsyncIterator[Scene]:
    """The service with a live scorecard of its own version, so that no test sees what happened to another's."""
    db = Database(urls.app)
    consumer = Consumer(consumers.subscription(db), db, EmbeddedBus("postgresql://unused"), lambda: None)
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, _CLIENTS))
    async with client_of(app, "servicer") as http:
        artefact = developed_on(applicants(1, 700), next(_VERSIONS))
        await consumer.handle([product_published()])
        await make_live(http, "scorecard", artefact)
        yield Scene(db, consumer, http, artefact)
    await db.close()
