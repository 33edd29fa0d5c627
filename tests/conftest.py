"""Fixtures that every test may use: one real PostgreSQL, one broker and one platform per bus."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from services.embedded.postgres import Address, Postgres
from services.embedded.processes import free_port
from shared.db import Database
from tests.kit.kafka import kafka_bootstrap_servers, kafka_broker
from tests.kit.platform import bed, platforms, running
from tests.kit.service import Urls
from tests.kit.spark import spark_session

# A process of a parallel run is told of a terminal with 80 columns, which it does not have.
os.environ.pop("COLUMNS", None)

# No test depends on how fast the machine is: properties have no deadline, nor do their data.
settings.register_profile("assay", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("assay")

__all__ = ["bed", "kafka_bootstrap_servers", "kafka_broker", "platforms", "running", "spark_session"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL of our own, with fsync on, for this test run."""
    # Not pytest's own folder: PostgreSQL runs unprivileged when the tests run as root, and must be able to walk there.
    with tempfile.TemporaryDirectory(prefix="assay-tests-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        server = Postgres(home / "server", free_port())
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres(postgres_server: Postgres) -> Address:
    """Where the server of this run listens."""
    return postgres_server.address


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of the service whose database the `urls` of a folder name."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest, so that no process of a parallel run is left alone with one of them."""
    slowest = (
        "tests/faults/",
        "tests/e2e/",
        "tests/decision/fuzz/",
        "tests/backtests/engines/",
        "tests/contracts/bus/",
    )
    items.sort(key=lambda item: not item.nodeid.startswith(slowest))
