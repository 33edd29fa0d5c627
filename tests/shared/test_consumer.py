"""Events take effect once; what can never be handled goes to the dead letters and holds nobody up."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.intake import consumers
from shared import dead_letters, inbox, outbox
from shared.bus import Delivery, Message
from shared.consumer import Consumer, Subscription
from shared.contracts import limits
from shared.contracts.envelope import Amount, Event
from shared.db import Database
from shared.errors import Refusal, conflict, unavailable
from shared.tracing import current_traceparent
from tests.kit.service import delivery
from tests.shared.kit import TRACE, Counted, RecordingBus, counted, numbers, rows_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GROUP = "adders"


class Adder:
    """A handler whose effect is one outbox row for each event; it fails on numbers that it is told to fail on."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.failures: dict[int, Exception] = {}
        self.seen: list[list[int]] = []
        self.traces: list[str | None] = []

    async def __call__(self, events: Sequence[Event[Counted]]) -> None:
        self.seen.append([event.data.number for event in events])
        self.traces.append(current_traceparent())
        async with self._db.transaction() as tx:
            for event in await inbox.unseen(tx, GROUP, events):
                await outbox.put(tx, [counted(event.data.number, event.data.note or "one")])
                if event.data.number in self.failures:
                    raise self.failures[event.data.number]


@pytest.fixture
def adder(db: Database) -> Adder:
    return Adder(db)


@pytest.fixture
def consumer(db: Database, bus: RecordingBus, adder: Adder) -> Consumer:
    subscription = Subscription(GROUP, ("assay.counter",), {Counted.type: (Counted, adder)})
    return Consumer(subscription, db, bus, lambda: None)


_positions = itertools.count()


def event(number: int, note: str = "") -> Delivery:
    data = Counted(number=number, note=note)
    made = delivery("tests", "counter", "one", Counted.type, data, NOW)
    return replace(made, position=next(_positions))


def spoilt(value: bytes | None = None, key: str | None = None, **headers: str | None) -> Delivery:
    """Return an event with another value, key or headers; a header that is None is left out."""
    good = event(666)
    merged: Mapping[str, str | None] = {**good.message.headers, **headers}
    message = Message(
        good.message.topic,
        good.message.key if key is None else key,
        {name: text for name, text in merged.items() if text is not None},
        good.message.value if value is None else value,
    )
    return replace(good, message=message)


async def effects(db: Database) -> int:
    return await rows_of(db, "outbox")


async def causes(db: Database) -> list[str]:
    return [letter.cause for letter in await dead_letters.waiting(db)]


async def test_an_event_takes_effect_once_however_often_it_is_delivered(
    db: Database, consumer: Consumer, adder: Adder
) -> None:
    batch = [event(1), event(2)]
    await consumer.handle(batch)
    await consumer.handle(batch)
    await consumer.handle([batch[0], batch[0]])
    assert await effects(db) == 2
    assert adder.seen[0] == [1, 2]


async def test_a_repetition_within_one_batch_takes_effect_once(db: Database, consumer: Consumer) -> None:
    once = event(1)
    await consumer.handle([once, once, event(2)])
    assert await effects(db) == 2


async def test_another_consumer_has_an_inbox_of_its_own(db: Database) -> None:
    received = event(1)
    read = Event(received.message.headers["ce_id"], Counted.type, "", "one", NOW, None, Counted(number=1))
    async with db.transaction() as tx:
        assert await inbox.unseen(tx, "adders", [read]) == [read]
        assert await inbox.unseen(tx, "others", [read]) == [read]
        assert await inbox.unseen(tx, "others", [read]) == []


POISON = {
    "not a cloud event": (spoilt(ce_type=None), "header ce_type is missing"),
    "no headers at all": (replace(event(666), message=Message("assay.counter", "k", {}, b"{}")), "ce_type is missing"),
    "no id": (spoilt(ce_id=None), "header ce_id is missing"),
    "empty id": (spoilt(ce_id=""), "header ce_id is missing"),
    "unknown envelope version": (spoilt(ce_specversion="2.0"), "ce_specversion is not 1.0"),
    "unreadable time": (spoilt(ce_time="yesterday"), "ce_time is not an RFC 3339 timestamp"),
    "not JSON": (spoilt(b"\x00\xff{"), "Counted at /: json_invalid"),
    "no data": (spoilt(b""), "Counted at /: json_invalid"),
    "another shape": (spoilt(b"[]"), "Counted at /: model_type"),
    "a missing field": (spoilt(b"{}"), "Counted at /number: missing"),
    "a wrong type": (spoilt(b'{"number": "7"}'), "Counted at /number: int_type"),
    "NUL in a field": (spoilt(b'{"number": 666, "note": "a\\u0000b"}'), "SQLSTATE 22021"),
    "NUL in the id": (spoilt(ce_id="a\x00b"), "SQLSTATE 22021"),
    "NUL in key and headers": (spoilt(b"", key="a\x00b", ce_subject="\x00"), "json_invalid"),
    "a lone surrogate in the key": (spoilt(b"", key="a\ud800b"), "json_invalid"),
}


@pytest.mark.parametrize("name", POISON)
async def test_poison_is_buried_with_its_cause_and_its_neighbours_are_handled(
    db: Database, consumer: Consumer, name: str
) -> None:
    poison, cause = POISON[name]
    await consumer.handle([event(1), poison, event(2)])
    assert await effects(db) == 2
    (letter,) = await dead_letters.waiting(db)
    assert cause in letter.cause
    assert (letter.consumer, letter.position) == (GROUP, poison.position)
    assert letter.message.value == poison.message.value


async def test_poison_that_is_delivered_again_is_buried_once(db: Database, consumer: Consumer) -> None:
    poison = spoilt(b"")
    await consumer.handle([poison])
    await consumer.handle([poison])
    assert len(await dead_letters.waiting(db)) == 1


async def test_events_of_types_that_nobody_here_takes_are_passed_over(db: Database, consumer: Consumer) -> None:
    await consumer.handle([spoilt(ce_type="tests.counted.v2"), event(1)])
    assert (await effects(db), await causes(db)) == (1, [])


async def test_events_that_nobody_here_takes_do_not_keep_apart_those_that_somebody_does(
    consumer: Consumer, adder: Adder
) -> None:
    foreign = spoilt(ce_type="somebody.else")
    await consumer.handle([foreign, event(1), foreign, event(2), foreign, event(3)])
    assert adder.seen == [[1, 2, 3]]


async def test_a_passing_failure_brings_the_batch_again(db: Database, consumer: Consumer, adder: Adder) -> None:
    batch = [event(1), event(2)]
    adder.failures[2] = unavailable("database_unavailable")
    with pytest.raises(Refusal):
        await consumer.handle(batch)
    assert (await effects(db), await causes(db)) == (0, [])
    adder.failures.clear()
    await consumer.handle(batch)
    assert await effects(db) == 2


async def test_an_event_that_a_handler_fails_on_is_buried_alone(db: Database, consumer: Consumer, adder: Adder) -> None:
    adder.failures[2] = ZeroDivisionError("no")
    await consumer.handle([event(1), event(2), event(3)])
    assert await effects(db) == 2
    assert await causes(db) == ["ZeroDivisionError: no"]


async def test_an_event_that_a_handler_refuses_for_good_is_buried(
    db: Database, consumer: Consumer, adder: Adder
) -> None:
    adder.failures[1] = conflict("too_late", "the account is closed")
    await consumer.handle([event(1)])
    assert await causes(db) == ["Refusal: the account is closed"]


@pytest.mark.parametrize("words", ["a\x00b", "a\ud800b", "x" * 10_000])
async def test_a_failure_whose_words_cannot_be_stored_is_buried_all_the_same(
    db: Database, consumer: Consumer, adder: Adder, words: str
) -> None:
    adder.failures[1] = ValueError(words)
    await consumer.handle([event(1), event(2)])
    assert await effects(db) == 1
    (cause,) = await causes(db)
    assert cause.startswith("ValueError: ")


async def test_an_amount_that_no_column_can_hold_is_buried(db: Database, bus: RecordingBus) -> None:
    granted = limits.LimitGranted(
        account_id="acc_1",
        party_id="pty_1",
        product="consumer-loan",
        decision_id="dec_1",
        application_id="app_1",
        limit=Amount(amount_minor=2**70, currency="DEM"),
        granted_at=NOW,
    )
    intake = Consumer(consumers.subscription(db), db, bus, lambda: None)
    await intake.handle([delivery("limits", limits.AGGREGATE, "acc_1", limits.LimitGranted.type, granted, NOW)])
    assert len(await causes(db)) == 1


async def test_a_single_event_is_handled_in_the_trace_it_came_with(consumer: Consumer, adder: Adder) -> None:
    traced = event(1)
    headers = {**traced.message.headers, "ce_traceparent": TRACE}
    await consumer.handle([replace(traced, message=replace(traced.message, headers=headers))])
    await consumer.handle([event(2)])
    assert adder.traces == [TRACE, None]


async def test_a_dead_letter_sent_round_again_takes_effect_once_its_cause_is_mended(
    db: Database, bus: RecordingBus, consumer: Consumer, adder: Adder
) -> None:
    adder.failures[2] = ZeroDivisionError()
    await consumer.handle([event(1), event(2)])
    (letter,) = await dead_letters.waiting(db)
    assert await dead_letters.find(db, [letter.id, letter.id + 1]) == [letter]

    adder.failures.clear()
    await dead_letters.replay(db, bus, [letter])
    assert numbers(bus.published) == [2]
    assert await dead_letters.waiting(db) == []
    (replayed,) = await dead_letters.find(db, [letter.id])
    assert replayed.replayed_at is not None

    await consumer.handle([Delivery(message, 0, next(_positions)) for message in bus.published])
    assert await effects(db) == 2


async def test_a_dead_letter_stays_when_the_bus_is_away(db: Database, bus: RecordingBus, consumer: Consumer) -> None:
    await consumer.handle([spoilt(b"")])
    bus.away = True
    letters = await dead_letters.waiting(db)
    with pytest.raises(Exception, match="away"):
        await dead_letters.replay(db, bus, letters)
    assert await dead_letters.waiting(db) == letters
