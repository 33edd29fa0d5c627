"""Scoring on a real PostgreSQL, with a scorecard that was developed on a made-up population."""

from collections.abc import AsyncIterator
from itertools import count
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
from tests.scoring.monitoring.scene import Scene, playing

_VERSIONS = count(1)


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "scoring_watch_tests")


@pytest.fixture(scope="session")
async def trial_urls(postgres: Address) -> Urls:
    """Another one, for models on trial: what is live there is none of the other's."""
    return await migrated(postgres, "scoring", "scoring_comparison_tests")


@pytest.fixture
async def scene(urls: Urls, tmp_path: Path) -> AsyncIterator[Scene]:
    """The service with a live scorecard of its own version, so that no test sees what happened to another's."""
    async with playing(urls, tmp_path, next(_VERSIONS)) as made:
        yield made


@pytest.fixture
async def laboratory(trial_urls: Urls, tmp_path: Path) -> AsyncIterator[Laboratory]:
    """The service with a scorecard live and nothing running beside it."""
    db = Database(trial_urls.app)
    app = create_app(Settings(database_url=trial_urls.app), platform_settings(tmp_path, CLIENTS))
    async with client_of(app, "los") as http:
        made = Laboratory(http, db, trial_urls)
        await made.hear_of_product()
        await make_live(http, "scorecard", signed(small_document() | {"product": made.product}))
        yield made
        await made.stop_trials()
    await db.close()
