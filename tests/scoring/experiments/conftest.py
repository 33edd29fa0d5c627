"""Scoring on a database of its own, for tests that let models run against each other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded.postgres import Address
from services.scoring.app import create_app
from services.scoring.settings import Settings
from shared.db import Database
from tests.kit.catalogue import make_live
from tests.kit.service import Urls, client_of, migrated, platform_settings
from tests.scoring.domain.small import signed, small_document
from tests.scoring.experiments.laboratory import CLIENTS, Laboratory


@pytest.fixture(scope="session")
async def own_urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "model_experiment_tests")


@pytest.fixture
async def laboratory(own_urls: Urls, tmp_path: Path) -> AsyncIterator[Laboratory]:
    """The service with a scorecard live and nothing running beside it."""
    db = Database(own_urls.app)
    app = create_app(Settings(database_url=own_urls.app), platform_settings(tmp_path, CLIENTS))
    async with client_of(app, "los") as http:
        made = Laboratory(http, db, own_urls)
        await made.hear_of_product()
        await make_live(http, "scorecard", signed(small_document() | {"product": made.product}))
        yield made
        await made.stop_trials()
    await db.close()
