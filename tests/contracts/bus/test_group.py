"""What every bus promises when a group has several members, and when members come and go."""

import asyncio
from collections.abc import Callable, Sequence

from shared.bus import Bus, Delivery, Message
from tests.contracts.bus.kit import PATIENCE_SECONDS, Received, Subscribed, eventually, numbered, values


async def publish_until(bus: Bus, topic: str, enough: Callable[[], bool]) -> int:
    """Publish numbered batches over all partitions until `enough` holds; return how many messages that took."""
    count = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not enough():
            await bus.publish(numbered(topic, range(count, count + 50), keys=50))
            count += 50
            await asyncio.sleep(0.05)
    return count


async def test_members_of_a_group_share_the_work(connect: Callable[[], Bus], bus: Bus, topic: str) -> None:
    first, second = Received(), Received()
    async with (
        Subscribed(connect(), topic, "readers", first.handle),
        Subscribed(connect(), topic, "readers", second.handle),
    ):
        count = await publish_until(bus, topic, lambda: bool(first.deliveries and second.deliveries))
        await eventually(lambda: no_lag(bus, topic))
    assert set(first.values) | set(second.values) == set(values(range(count)))


async def test_a_batch_that_is_cancelled_half_way_goes_to_another_member(
    connect: Callable[[], Bus], bus: Bus, topic: str
) -> None:
    done = Received()
    stuck = asyncio.Event()

    async def never_finish(batch: Sequence[Delivery]) -> None:
        stuck.set()
        await asyncio.Event().wait()

    leaving = Subscribed(connect(), topic, "readers", never_finish)
    async with leaving, Subscribed(connect(), topic, "readers", done.handle):
        count = await publish_until(bus, topic, stuck.is_set)
        await leaving.leave()
        await done.until(lambda: set(done.values) == set(values(range(count))))
    for key in range(50):
        of_key = done.of_key(f"key-{key}")
        assert list(dict.fromkeys(of_key)) == values(range(key, count, 50))


async def test_a_waiting_member_takes_over_when_the_other_leaves(
    connect: Callable[[], Bus], bus: Bus, topic: str
) -> None:
    first, second = Received(), Received()
    leaving = Subscribed(connect(), topic, "readers", first.handle)
    async with leaving:
        await bus.publish(numbered(topic, range(20)))
        await first.until_count(20)
        await eventually(lambda: no_lag(bus, topic))
        async with Subscribed(connect(), topic, "readers", second.handle):
            await leaving.leave()
            await bus.publish(numbered(topic, range(20, 40)))
            await second.until_count(20)
    assert sorted(second.values) == sorted(values(range(20, 40)))


async def test_members_come_and_go_and_every_message_is_handled_in_order(
    connect: Callable[[], Bus], bus: Bus, topic: str
) -> None:
    handled = Received()
    count = 0
    async with Subscribed(connect(), topic, "readers", handled.handle):
        for _ in range(4):
            own = Received()

            async def handle(batch: Sequence[Delivery], own: Received = own) -> None:
                await own.handle(batch)
                await handled.handle(batch)

            async with Subscribed(connect(), topic, "readers", handle):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while not own.deliveries:
                        await bus.publish([Message(topic, f"key-{n}", {}, str(count).encode()) for n in range(30)])
                        count += 1
                        await asyncio.sleep(0.02)
        await handled.until(lambda: all(len(set(handled.of_key(f"key-{n}"))) == count for n in range(30)))
    for n in range(30):
        assert list(dict.fromkeys(handled.of_key(f"key-{n}"))) == values(range(count))


async def no_lag(bus: Bus, topic: str) -> bool:
    return await bus.lag([topic], "readers") == {topic: 0}
