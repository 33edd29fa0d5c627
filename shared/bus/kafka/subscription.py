"""One subscription: a thread that owns a consumer and hands its batches to the event loop."""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import UnknownTopicOrPartitionError

from shared.bus import Delivery, HandleBatch, Message
from shared.bus.backoff import Backoff
from shared.bus.kafka import cluster
from shared.bus.kafka.progress import ProgressWatch
from shared.pace import Pace

MAX_BATCH: Final = 500
"""Most messages handed to a consumer at once."""

_COMMIT_MS: Final = 10_000
_CLOSE_MS: Final = 5_000
_WATCH_SECONDS: Final = 5.0
_WATCH_MS: Final = 5_000
_PATIENCE: Final = 6
_SETTINGS: Final = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "partition_assignment_strategy": (CooperativeStickyAssignor,),
    # A handler that hangs for longer loses its partitions to another member.
    "max_poll_interval_ms": 300_000,
}

_log = structlog.get_logger(__name__)


class StuckPartitionError(Exception):
    """The client stopped reading a partition that has more to read."""


class Subscription:
    """Delivers `topics` to `handle_batch` on the event loop that calls `run`."""

    def __init__(
        self,
        address: cluster.Address,
        topics: Sequence[str],
        group: str,
        handle_batch: HandleBatch,
        session_timeout_seconds: float,
        poll_seconds: float,
    ) -> None:
        self._address = address
        self._topics = sorted(set(topics))
        self._group = group
        self._handle_batch = handle_batch
        self._session_timeout_ms = int(session_timeout_seconds * 1000)
        self._poll_ms = int(poll_seconds * 1000)
        self._loop = asyncio.get_running_loop()
        self._handling: asyncio.Task[Any] | None = None
        self._stopping = threading.Event()
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Consume until stopped or cancelled; the consumer is closed, in its own thread, when this returns."""
        threading.Thread(target=self._consume, name=f"bus-{self._group}", daemon=True).start()
        try:
            await self._ended.wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Cancel a batch that is being handled, and wait until the consumer has left its group."""
        self._stopping.set()
        if self._handling is not None:
            self._handling.cancel()
        await self._ended.wait()

    def _consume(self) -> None:
        backoff = Backoff()
        try:
            while not self._stopping.is_set():
                try:
                    self._session(backoff)
                except Exception as error:
                    self._pause("bus_subscription_interrupted", error, backoff)
        finally:
            self._loop.call_soon_threadsafe(self._ended.set)

    def _pause(self, event: str, error: Exception, backoff: Backoff) -> None:
        pause_seconds = backoff.next_seconds()
        _log.warning(
            event,
            group=self._group,
            topics=self._topics,
            error=type(error).__name__,
            pause_seconds=round(pause_seconds, 3),
        )
        self._stopping.wait(pause_seconds)

    def _session(self, rejoin: Backoff) -> None:
        """Be a member of the group until stopped or until something goes wrong."""
        cluster.declare(self._address, self._topics)
        consumer = KafkaConsumer(
            bootstrap_servers=self._address.bootstrap_servers,
            group_id=self._group,
            session_timeout_ms=self._session_timeout_ms,
            heartbeat_interval_ms=self._session_timeout_ms // 5,
            **_SETTINGS,
            **cluster.CONNECTION,
        )
        try:
            consumer.subscribe(self._topics)
            _learn_partitions(consumer, self._topics)
            retry = Backoff()
            watch: ProgressWatch[TopicPartition] = ProgressWatch(_PATIENCE)
            look_at = time.monotonic() + _WATCH_SECONDS
            pace = Pace()
            while not self._stopping.wait(pace.wait_seconds()):
                records = consumer.poll(timeout_ms=self._poll_ms, max_records=MAX_BATCH)
                if records:
                    self._handle(consumer, records, retry, watch)
                rejoin.reset()
                if time.monotonic() >= look_at:
                    _require_progress(consumer, watch)
                    look_at = time.monotonic() + _WATCH_SECONDS
        finally:
            consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)

    def _handle(
        self,
        consumer: Any,
        records: Mapping[TopicPartition, Sequence[Any]],
        retry: Backoff,
        watch: ProgressWatch[TopicPartition],
    ) -> None:
        """Have one batch handled and move the group past it, or go back to where it began."""
        deliveries = [_delivery(record) for partition in records.values() for record in partition]
        try:
            asyncio.run_coroutine_threadsafe(self._hand_over(deliveries), self._loop).result()
        except Exception as error:
            if self._stopping.is_set():
                return
            for partition, batch in records.items():
                consumer.seek(partition, batch[0].offset)
            watch.forget()
            self._pause("bus_batch_failed", error, retry)
            return
        retry.reset()
        offsets = {
            partition: OffsetAndMetadata(batch[-1].offset + 1, "", batch[-1].leader_epoch)
            for partition, batch in records.items()
        }
        consumer.commit(offsets, timeout_ms=_COMMIT_MS)

    async def _hand_over(self, deliveries: Sequence[Delivery]) -> None:
        if self._stopping.is_set():
            raise asyncio.CancelledError
        self._handling = asyncio.current_task()
        try:
            await self._handle_batch(deliveries)
        finally:
            self._handling = None


def _learn_partitions(consumer: Any, topics: Sequence[str]) -> None:
    """Have the consumer know its topics before it joins the group.

    If it hears of them while it joins, it rejoins because of that alone; the client (3.0.12) then takes itself for
    joined as soon as it has seen the news, and if a poll ended in between, never looks at the answer: it is a member
    without partitions and without heartbeats for ever after.
    """
    for topic in topics:
        if not consumer.partitions_for_topic(topic):
            raise UnknownTopicOrPartitionError(topic)


def _require_progress(consumer: Any, watch: ProgressWatch[TopicPartition]) -> None:
    """Raise `StuckPartitionError`, or `KafkaError` when the brokers don't answer; both lead to a new consumer."""
    assigned = list(consumer.assignment())
    if not assigned:
        return
    positions = {partition: consumer.position(partition, timeout_ms=_WATCH_MS) for partition in assigned}
    if watch.look(positions, consumer.end_offsets(assigned, timeout_ms=_WATCH_MS)):
        raise StuckPartitionError


def _delivery(record: Any) -> Delivery:
    # Others may write to a topic too: what is missing or no text must reach the consumer, which can set it aside.
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    key = (record.key or b"").decode(errors="replace")
    message = Message(record.topic, key, headers, record.value or b"")
    return Delivery(message, record.partition, record.offset)
