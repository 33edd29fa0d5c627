"""What every bus promises while its server is away, and when the server comes back."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from shared.bus import Bus, BusUnavailableError
from tests.contracts.bus.kit import PATIENCE_SECONDS, Received, Rig, Subscribed, numbered, values
from tests.kit.kafka import on_every_bus

pytestmark = [
    pytest.mark.parametrize("rig", on_every_bus(stoppable=True), indirect=True),
    # kafka-python leaves the sockets of refused connections to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture(autouse=True)
async def the_server_is_back_afterwards(rig: Rig) -> AsyncIterator[None]:
    yield
    await rig.start()
    gc.collect()


async def test_publishing_fails_while_the_bus_is_away_and_works_when_it_is_back(rig: Rig, bus: Bus, topic: str) -> None:
    await bus.publish(numbered(topic, range(5)))
    await rig.stop()
    for _ in range(2):
        with pytest.raises(BusUnavailableError):
            await bus.publish(numbered(topic, range(5, 10)))
    await rig.start()
    await bus.publish(numbered(topic, range(5, 10)))
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        await received.until(lambda: set(received.values) == set(values(range(10))))
    for key in range(7):
        assert list(dict.fromkeys(received.of_key(f"key-{key}"))) == values(range(key, 10, 7))


async def test_a_process_starts_while_the_bus_is_away_and_drains_when_it_comes(rig: Rig, bus: Bus, topic: str) -> None:
    await bus.publish(numbered(topic, range(30)))
    await rig.stop()
    starting = rig.connect()
    received = Received()
    try:
        async with Subscribed(starting, topic, "readers", received.handle):
            with pytest.raises(BusUnavailableError):
                await starting.publish(numbered(topic, range(1)))
            await rig.start()
            await received.until_count(30)
    finally:
        await starting.close()
    assert sorted(received.values) == sorted(values(range(30)))


async def test_a_subscription_outlives_a_crash_of_the_server(rig: Rig, bus: Bus, topic: str) -> None:
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        await bus.publish(numbered(topic, range(10)))
        await received.until_count(10)
        await rig.kill()
        await rig.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await bus.publish(numbered(topic, range(10, 20)))
                    break
                except BusUnavailableError:
                    await asyncio.sleep(0.05)
        await received.until(lambda: set(received.values) == set(values(range(20))))


async def test_asking_for_lag_fails_and_reachable_says_no_while_the_bus_is_away(rig: Rig, bus: Bus, topic: str) -> None:
    assert await bus.reachable()
    await rig.stop()
    assert not await bus.reachable()
    with pytest.raises(BusUnavailableError):
        await bus.lag([topic], "readers")
    await rig.start()
    assert await bus.reachable()
