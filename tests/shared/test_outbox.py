"""Facts are published because they were committed, in order, at least once."""

import asyncio
import json

import pytest

from shared import outbox
from shared.bus import BusUnavailableError
from shared.db import Database
from shared.outbox import Relay, backlog
from shared.tracing import set_traceparent
from tests.shared.kit import TRACE, RecordingBus, count, counted, numbers


async def test_events_of_an_aggregate_are_published_in_the_order_they_were_committed(
    db: Database, bus: RecordingBus
) -> None:
    await count(db, 1, 2, 3, key="a")
    await count(db, 10, 11, key="b")
    await count(db, 4, key="a")
    assert await Relay(db, bus).publish_pending() == 6
    assert numbers([m for m in bus.published if m.key == "a"]) == [1, 2, 3, 4]
    assert numbers([m for m in bus.published if m.key == "b"]) == [10, 11]


async def test_order_holds_across_batches_of_the_relay(db: Database, bus: RecordingBus) -> None:
    await count(db, *range(25))
    relay = Relay(db, bus, batch=10)
    assert [await relay.publish_pending() for _ in range(4)] == [10, 10, 5, 0]
    assert numbers(bus.published) == list(range(25))


async def test_what_was_published_is_a_cloud_event_with_the_committed_fact(db: Database, bus: RecordingBus) -> None:
    await count(db, 7, key="counter-1")
    await Relay(db, bus).publish_pending()
    (message,) = bus.published
    assert (message.topic, message.key, json.loads(message.value)) == (
        "assay.counter",
        "counter-1",
        {"number": 7, "note": ""},
    )
    assert (message.headers["ce_type"], message.headers["ce_source"]) == ("tests.counted.v1", "/assay/intake")


async def test_a_fact_of_a_rolled_back_transaction_is_never_published(db: Database, bus: RecordingBus) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await outbox.put(tx, [counted(1)])
            raise ZeroDivisionError
    assert await Relay(db, bus).publish_pending() == 0
    assert bus.published == []


async def test_a_transaction_that_commits_late_is_not_skipped(
    db: Database, rival_db: Database, bus: RecordingBus
) -> None:
    relay = Relay(db, bus)
    async with rival_db.transaction() as late:
        await outbox.put(late, [counted(1, "late")])
        await count(db, 2, key="early")
        assert await relay.publish_pending() == 1
    assert await relay.publish_pending() == 1
    assert numbers(bus.published) == [2, 1]


async def test_facts_wait_while_the_bus_is_away(db: Database, bus: RecordingBus) -> None:
    await count(db, 1, 2)
    relay = Relay(db, bus)
    bus.away = True
    with pytest.raises(BusUnavailableError):
        await relay.publish_pending()
    waiting = await backlog(db)
    assert waiting.depth == 2
    assert waiting.age_seconds > 0
    bus.away = False
    await relay.publish_pending()
    assert numbers(bus.published) == [1, 2]
    assert (await backlog(db)).depth == 0


async def test_what_was_not_acknowledged_is_published_again(db: Database, bus: RecordingBus) -> None:
    await count(db, 1)
    relay = Relay(db, bus)
    bus.deaf = True
    with pytest.raises(BusUnavailableError):
        await relay.publish_pending()
    bus.deaf = False
    await relay.publish_pending()
    assert numbers(bus.published) == [1, 1]
    first, second = bus.published
    assert first == second, "consumers know a repetition by its id"


async def test_a_relay_that_dies_between_publishing_and_marking_leaves_its_work_to_the_next(
    db: Database, rival_db: Database, bus: RecordingBus
) -> None:
    await count(db, 1)
    bus.gate.clear()
    dying = asyncio.create_task(Relay(db, bus).publish_pending())
    await bus.arrival()
    dying.cancel()
    await asyncio.wait([dying])
    bus.gate.set()
    assert await Relay(rival_db, bus).publish_pending() == 1
    assert numbers(bus.published) == [1, 1]


async def test_of_two_relays_one_works(db: Database, rival_db: Database, bus: RecordingBus) -> None:
    await count(db, 1)
    bus.gate.clear()
    working = asyncio.create_task(Relay(db, bus).publish_pending())
    await bus.arrival()
    assert await Relay(rival_db, bus).publish_pending() == 0
    bus.gate.set()
    assert await working == 1
    assert numbers(bus.published) == [1]


async def test_requests_go_on_while_a_relay_waits_for_the_bus(
    db: Database, rival_db: Database, bus: RecordingBus
) -> None:
    await count(db, 1)
    bus.gate.clear()
    working = asyncio.create_task(Relay(db, bus).publish_pending())
    await bus.arrival()
    async with asyncio.timeout(5):
        await count(rival_db, 2)
    bus.gate.set()
    await working


async def test_a_running_relay_survives_an_outage_of_the_bus(db: Database, bus: RecordingBus) -> None:
    bus.away = True
    await count(db, 1)
    running = asyncio.create_task(Relay(db, bus, idle_seconds=0.01).run())
    await asyncio.sleep(0)
    bus.away = False
    await bus.arrival()
    running.cancel()
    await asyncio.wait([running])
    assert numbers(bus.published) == [1]


async def test_the_trace_of_the_request_travels_with_its_events(db: Database, bus: RecordingBus) -> None:
    set_traceparent(TRACE)
    await count(db, 1)
    set_traceparent(None)
    other = TRACE.replace("a", "c")
    async with db.transaction() as tx:
        await outbox.put(tx, [counted(2, traceparent=other), counted(3)])
    await Relay(db, bus).publish_pending()
    assert [message.headers.get("ce_traceparent") for message in bus.published] == [TRACE, other, None]


async def test_text_that_holds_nul_is_no_event_and_text_about_it_is(db: Database, bus: RecordingBus) -> None:
    about = '\\u0000 and \\\\u0000, a quote " and a backslash \\'
    async with db.transaction() as tx:
        await outbox.put(tx, [outbox.Fact("counter", "one", "tests.noted.v1", {"note": about})])
    for note in ("a\x00b", "\\\x00", "\x00"):
        with pytest.raises(ValueError, match="NUL"):
            async with db.transaction() as tx:
                await outbox.put(tx, [outbox.Fact("counter", "one", "tests.noted.v1", {"note": note})])
    assert await Relay(db, bus).publish_pending() == 1
    assert json.loads(bus.published[0].value) == {"note": about}
