"""Fixtures that every test may use: one real PostgreSQL, one broker and one platform per bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.embedded.postgres import Address, Postgres
from services.embedded.processes import free_port
from tests.kit.kafka import kafka_bootstrap_servers, kafka_broker
from tests.kit.platform import bed, running

__all__ = ["bed", "kafka_bootstrap_servers", "kafka_broker", "running"]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of our own, with fsync on, for this test run."""
    home = Path(tmp_path_factory.mktemp("postgres"))
    # PostgreSQL runs unprivileged when the tests run as root, and must be able to walk to its data.
    for parent in [home, *home.parents]:
        if parent.stat().st_uid == home.stat().st_uid and parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    server = Postgres(home / "server", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres(postgres_server: Postgres) -> Address:
    """Where the server of this run listens."""
    return postgres_server.address
