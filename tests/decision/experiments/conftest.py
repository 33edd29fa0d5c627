"""Decision on a database of its own, with the catalogue live, for tests that let policies run against each other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.decision import consumers
from services.decision.app import create_app
from services.decision.settings import Settings
from services.embedded.postgres import Address
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.db import Database
from tests.decision.experiments.laboratory import CLIENTS, Laboratory
from tests.kit.catalogue import load_directory
from tests.kit.service import Urls, client_of, consumer_of, migrated, platform_settings


@pytest.fixture(scope="session")
async def own_urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "decision", "experiment_tests")


@pytest.fixture
async def laboratory(own_urls: Urls, tmp_path: Path) -> AsyncIterator[Laboratory]:
    """The service with the catalogue live and nothing running beside it."""
    settings = Settings(database_url=own_urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    db = Database(own_urls.app)
    async with client_of(create_app(settings, platform_settings(tmp_path, CLIENTS)), "los") as http:
        await load_directory(http, PROJECT / "deploy" / "catalogue")
        consumer = consumer_of(consumers.subscription(db), db)
        made = Laboratory(http, db, consumer, own_urls)
        yield made
        await made.stop_trials()
    await db.close()
