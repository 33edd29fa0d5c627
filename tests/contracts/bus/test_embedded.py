"""What only the log in PostgreSQL has: its own numbering, its own retention, and connections that may be cut."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.embedded.postgres import Postgres
from shared.bus import Delivery, Message
from shared.bus.embedded import EmbeddedBus, partition_of
from tests.contracts.bus.kit import PATIENCE_SECONDS, Received, Rig, Subscribed, eventually, numbered, values


@pytest.fixture
async def embedded(embedded_rig: Rig) -> AsyncIterator[EmbeddedBus]:
    bus = embedded_rig.connect()
    assert isinstance(bus, EmbeddedBus)
    yield bus
    await bus.close()


@pytest.fixture
async def session(bus_postgres: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """A session of another process on the log."""
    connection = await asyncpg.connect(bus_postgres.address.url("bus_app"))
    yield connection
    await connection.close()


async def test_a_message_that_commits_late_is_not_skipped(
    embedded: EmbeddedBus, session: asyncpg.Connection, topic: str
) -> None:
    received = Received()
    async with Subscribed(embedded, topic, "readers", received.handle):
        await embedded.publish([Message(topic, "k", {}, b"first")])
        await received.until_count(1)
        partition = received.deliveries[0].partition
        late = session.transaction()
        await late.start()
        await take_next_position(session, topic, partition, b"late")
        rival = asyncio.create_task(embedded.publish([Message(topic, "k", {}, b"rival")]))
        # The rival has reached the head of the partition and waits there for the late commit.
        await eventually(lambda: somebody_waits(session))
        assert not rival.done()
        await late.commit()
        await rival
        await received.until_count(2)
        await embedded.publish([Message(topic, "k", {}, b"last")])
        await received.until_count(4)
    assert received.values == [b"first", b"late", b"rival", b"last"]


async def test_partitions_that_a_publisher_adds_are_read_by_members_that_are_already_there(
    bus_postgres: Postgres, topic: str
) -> None:
    url = bus_postgres.address.url("bus_app")
    few, many = EmbeddedBus(url, partitions=1), EmbeddedBus(url, partitions=6)
    received = Received()
    async with Subscribed(few, topic, "readers", received.handle):
        await few.publish(numbered(topic, range(10)))
        await received.until_count(10)
        await many.publish(numbered(topic, range(10, 60)))
        await received.until_count(60)
    assert sorted(received.values) == sorted(values(range(60)))
    await few.close()
    await many.close()


async def take_next_position(session: asyncpg.Connection, topic: str, partition: int, value: bytes) -> None:
    head = (
        "UPDATE head SET next_position = next_position + 1 WHERE topic = $1 AND partition = $2 RETURNING next_position"
    )
    position = await session.fetchval(head, topic, partition) - 1
    store = "INSERT INTO log (topic, partition, position, key, headers, value) VALUES ($1, $2, $3, 'k', '{}', $4)"
    await session.execute(store, topic, partition, position, value)


async def somebody_waits(session: asyncpg.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    return bool(await session.fetchval(waiting))


async def test_publishers_of_the_same_partitions_in_any_order_never_deadlock(
    embedded: EmbeddedBus, embedded_rig: Rig, topic: str
) -> None:
    rival = embedded_rig.connect()
    batch = numbered(topic, range(60), keys=60)
    received = Received()
    async with asyncio.TaskGroup() as publishers:
        for _ in range(20):
            publishers.create_task(embedded.publish(batch))
            publishers.create_task(rival.publish(batch[::-1]))
    await rival.close()
    async with Subscribed(embedded, topic, "readers", received.handle):
        await received.until_count(2400)
    places = [(delivery.partition, delivery.position) for delivery in received.deliveries]
    assert len(set(places)) == 2400


async def test_a_member_whose_connection_is_cut_hands_its_batch_on(
    embedded: EmbeddedBus, embedded_rig: Rig, bus_postgres: Postgres, topic: str
) -> None:
    taken = asyncio.Event()
    done = Received()

    async def never_finish(batch: Sequence[Delivery]) -> None:
        taken.set()
        await asyncio.Event().wait()

    dying = embedded_rig.connect()
    async with Subscribed(dying, topic, "mortals", never_finish):
        await embedded.publish([Message(topic, "k", {}, b"handed on")])
        async with asyncio.timeout(PATIENCE_SECONDS):
            await taken.wait()
        async with Subscribed(embedded, topic, "mortals", done.handle):
            admin = await asyncpg.connect(bus_postgres.address.url())
            await admin.execute("SELECT pg_terminate_backend($1)", await holder_of(admin, "mortals"))
            await admin.close()
            await done.until_count(1)
    await dying.close()
    assert done.values == [b"handed on"]


async def holder_of(admin: asyncpg.Connection, group: str) -> int:
    """Return the server process of the member that is in the middle of a batch."""
    busy = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction'"
    pid: int = await admin.fetchval(busy, f"bus {group}")
    return pid


async def test_retention_deletes_only_what_every_group_has_passed(embedded: EmbeddedBus, topic: str) -> None:
    quick, slow, new = Received(), Received(), Received()
    await embedded.publish(numbered(topic, range(10)))
    async with Subscribed(embedded, topic, "slow", slow.handle):
        await slow.until_count(10)
        await eventually(lambda: no_lag(embedded, topic, "slow"))
    await embedded.publish(numbered(topic, range(10, 20)))
    async with Subscribed(embedded, topic, "quick", quick.handle):
        await quick.until_count(20)
        await eventually(lambda: no_lag(embedded, topic, "quick"))
    assert await embedded.prune(older_than_seconds=3600) == 0
    assert await embedded.prune(older_than_seconds=0) >= 10
    async with Subscribed(embedded, topic, "slow", slow.handle), Subscribed(embedded, topic, "new", new.handle):
        await slow.until_count(20)
        await new.until_count(10)
    assert sorted(new.values) == sorted(values(range(10, 20)))


async def test_a_group_that_comes_after_everything_was_deleted_starts_with_what_follows(
    embedded: EmbeddedBus, topic: str
) -> None:
    await embedded.publish(numbered(topic, range(10)))
    await embedded.prune(older_than_seconds=0)
    assert await embedded.lag([topic], "late") == {topic: 0}
    received = Received()
    async with Subscribed(embedded, topic, "late", received.handle):
        await embedded.publish(numbered(topic, range(10, 15)))
        await received.until_count(5)
    assert sorted(received.values) == sorted(values(range(10, 15)))


async def no_lag(bus: EmbeddedBus, topic: str, group: str) -> bool:
    return await bus.lag([topic], group) == {topic: 0}


def test_a_key_keeps_its_partition_from_release_to_release() -> None:
    keys = ["app_1", "app_2", "pty_0192f7c1", "申请", ""]
    assert [partition_of(key, 6) for key in keys] == [1, 5, 3, 2, 0]


@given(key=st.text(), partitions=st.integers(1, 64))
def test_every_key_has_a_partition(key: str, partitions: int) -> None:
    assert 0 <= partition_of(key, partitions) < partitions
