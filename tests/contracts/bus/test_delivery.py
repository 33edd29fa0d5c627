"""What every bus promises to those who publish and those who consume."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from shared.bus import Bus, Delivery, Message
from tests.contracts.bus.kit import PATIENCE_SECONDS, Received, Subscribed, eventually, numbered, values


async def test_messages_of_one_key_arrive_in_the_order_they_were_published(bus: Bus, topic: str) -> None:
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        for start in range(0, 300, 30):
            await bus.publish(numbered(topic, range(start, start + 30)))
        await received.until_count(300)
    for key in range(7):
        assert received.of_key(f"key-{key}") == values(range(key, 300, 7))


async def test_a_key_keeps_its_partition_and_positions_grow_by_one(bus: Bus, topic: str) -> None:
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        await bus.publish([Message(topic, "one-key", {}, b"") for _ in range(20)])
        await received.until_count(20)
    assert len({delivery.partition for delivery in received.deliveries}) == 1
    assert [delivery.position for delivery in received.deliveries] == list(range(20))


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00\xff\xfe\x00", "申请 ✓".encode(), b"x" * 200_000])
async def test_a_message_survives_to_the_byte(bus: Bus, topic: str, value: bytes) -> None:
    headers = {"ce_id": "evt_1", "ce_type": "", "note": "信用 é ✓ \U0001f600", "escaped": '"\\\n\x00'}
    message = Message(topic, "ключ-申请", headers, value)
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        await bus.publish([message])
        await received.until_count(1)
    assert received.deliveries[0].message == message


async def test_two_thousand_messages_arrive_complete(bus: Bus, topic: str) -> None:
    received = Received()
    await bus.publish(numbered(topic, range(2000), keys=199))
    async with Subscribed(bus, topic, "readers", received.handle):
        await received.until_count(2000)
        await eventually(lambda: no_lag(bus, topic, "readers"))
    assert set(received.values) == set(values(range(2000)))


async def test_an_empty_batch_is_published_without_ado(bus: Bus) -> None:
    await bus.publish([])


async def test_what_was_published_before_the_first_subscription_is_delivered(bus: Bus, topic: str) -> None:
    received = Received()
    await bus.publish(numbered(topic, range(10)))
    async with Subscribed(bus, topic, "late-comers", received.handle):
        await received.until_count(10)
    assert sorted(received.values) == sorted(values(range(10)))


async def test_a_batch_whose_handler_fails_is_delivered_again_in_order(bus: Bus, topic: str) -> None:
    received = Received()
    failures = iter([RuntimeError("first"), RuntimeError("second")])

    async def fail_twice(batch: Sequence[Delivery]) -> None:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        await received.handle(batch)

    async with Subscribed(bus, topic, "readers", fail_twice):
        await bus.publish([Message(topic, "one-key", {}, value) for value in values(range(10))])
        await received.until_count(10)
    assert received.values == values(range(10))


async def test_a_group_that_failed_half_way_sees_nothing_twice_before_the_failed_batch(bus: Bus, topic: str) -> None:
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        await bus.publish(numbered(topic, range(5), keys=1))
        await received.until_count(5)
        await eventually(lambda: no_lag(bus, topic, "readers"))

    failed = asyncio.Event()

    async def fail(batch: Sequence[Delivery]) -> None:
        failed.set()
        raise RuntimeError

    async with Subscribed(bus, topic, "readers", fail):
        await bus.publish(numbered(topic, range(5, 10), keys=1))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await failed.wait()

    async with Subscribed(bus, topic, "readers", received.handle):
        await received.until_count(10)
    assert received.values == values(range(10))


async def test_a_restarted_consumer_continues_where_its_group_stopped(
    connect: Callable[[], Bus], bus: Bus, topic: str
) -> None:
    before, after = Received(), Received()
    async with Subscribed(connect(), topic, "readers", before.handle):
        await bus.publish(numbered(topic, range(10)))
        await before.until_count(10)
        await eventually(lambda: no_lag(bus, topic, "readers"))
    await bus.publish(numbered(topic, range(10, 20)))
    async with Subscribed(connect(), topic, "readers", after.handle):
        await after.until_count(10)
        await eventually(lambda: no_lag(bus, topic, "readers"))
    assert sorted(after.values) == sorted(values(range(10, 20)))


async def test_every_group_gets_every_message(bus: Bus, topic: str) -> None:
    scoring, audit = Received(), Received()
    async with Subscribed(bus, topic, "scoring", scoring.handle), Subscribed(bus, topic, "audit", audit.handle):
        await bus.publish(numbered(topic, range(100)))
        await scoring.until_count(100)
        await audit.until_count(100)
    assert sorted(scoring.values) == sorted(audit.values) == sorted(values(range(100)))


async def test_one_subscription_reads_several_topics(bus: Bus, topic: str) -> None:
    received = Received()
    async with Subscribed(bus, [f"{topic}-a", f"{topic}-b"], "readers", received.handle):
        await bus.publish([Message(f"{topic}-a", "k", {}, b"a"), Message(f"{topic}-b", "k", {}, b"b")])
        await received.until_count(2)
    assert {(d.message.topic, d.message.value) for d in received.deliveries} == {
        (f"{topic}-a", b"a"),
        (f"{topic}-b", b"b"),
    }


async def test_lag_counts_what_a_group_has_not_got_through(bus: Bus, topic: str) -> None:
    assert await bus.lag([topic], "readers") == {topic: 0}
    await bus.publish(numbered(topic, range(25)))
    assert await bus.lag([topic, f"{topic}-unknown"], "readers") == {topic: 25, f"{topic}-unknown": 0}
    received = Received()
    async with Subscribed(bus, topic, "readers", received.handle):
        await eventually(lambda: no_lag(bus, topic, "readers"))
    assert len(received.deliveries) == 25
    assert await bus.lag([topic], "another group") == {topic: 25}


async def test_a_slow_handler_keeps_its_place_in_the_group(bus: Bus, topic: str) -> None:
    received = Received()

    async def slow(batch: Sequence[Delivery]) -> None:
        # Longer than the session of a Kafka consumer in these tests.
        await asyncio.sleep(8)
        await received.handle(batch)

    async with Subscribed(bus, topic, "readers", slow):
        await bus.publish([Message(topic, "k", {}, b"only")])
        await received.until_count(1)
        await eventually(lambda: no_lag(bus, topic, "readers"))
    assert received.values == [b"only"]


async def test_closing_the_bus_ends_its_subscriptions(connect: Callable[[], Bus], topic: str) -> None:
    bus = connect()
    received = Received()
    subscription = asyncio.create_task(bus.subscribe([topic], "readers", received.handle))
    await bus.publish(numbered(topic, range(1)))
    await received.until_count(1)
    await bus.close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await subscription


async def no_lag(bus: Bus, topic: str, group: str) -> bool:
    return await bus.lag([topic], group) == {topic: 0}
