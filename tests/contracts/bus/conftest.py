"""Both buses on servers of their own, because some tests take the server away."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from services.embedded.postgres import Address, Postgres
from services.embedded.processes import free_port
from shared import migrations
from shared.bus import Bus
from shared.bus.embedded import MIGRATIONS, EmbeddedBus
from shared.bus.kafka import KafkaBus
from shared.db import async_url
from tests.contracts.bus.kit import Rig
from tests.kit.kafka import on_every_bus

_ROLES = Path(__file__).parents[3] / "deploy" / "sql" / "roles.sql"


@pytest.fixture(scope="session")
def bus_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    home = tmp_path_factory.mktemp("bus")
    for parent in [home, *home.parents]:
        if parent.stat().st_uid == home.stat().st_uid and parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    server = Postgres(home / "server", free_port())
    asyncio.run(_create_roles(server.start()))
    migrations.upgrade(async_url(server.address.url("bus_owner")), MIGRATIONS)
    yield server
    server.stop()


async def _create_roles(address: Address) -> None:
    connection = await asyncpg.connect(address.url())
    await connection.execute(_ROLES.read_text())
    for role in ("bus_owner", "bus_app"):
        await connection.execute(f"ALTER ROLE {role} PASSWORD '{address.password}'")
    await connection.close()


@pytest.fixture(scope="session", params=on_every_bus())
def rig(request: pytest.FixtureRequest) -> Rig:
    if request.param == "embedded":
        return request.getfixturevalue("embedded_rig")
    servers = request.getfixturevalue("kafka_bootstrap_servers")
    broker = None if "KAFKA_BOOTSTRAP_SERVERS" in os.environ else request.getfixturevalue("kafka_broker")
    return Rig(lambda: KafkaBus(servers, session_timeout_seconds=6, publish_timeout_seconds=3), broker)


@pytest.fixture(scope="session")
def embedded_rig(bus_postgres: Postgres) -> Rig:
    return Rig(lambda: EmbeddedBus(bus_postgres.address.url("bus_app")), bus_postgres)


@pytest.fixture
def topic() -> str:
    return f"topic-{secrets.token_hex(6)}"


@pytest.fixture
async def connect(rig: Rig) -> AsyncIterator[Callable[[], Bus]]:
    """Connects one more process to the bus."""
    opened: list[Bus] = []

    def one_more() -> Bus:
        opened.append(rig.connect())
        return opened[-1]

    yield one_more
    for bus in opened:
        await bus.close()


@pytest.fixture
def bus(connect: Callable[[], Bus]) -> Bus:
    return connect()
