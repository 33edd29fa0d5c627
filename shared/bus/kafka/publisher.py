"""Publishes batches with one idempotent producer; every call blocks and comes from the same thread."""

from collections.abc import Sequence
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from shared.bus import BusUnavailableError, Message
from shared.bus.kafka import cluster

_CLOSE_SECONDS: Final = 10.0
_SETTINGS: Final = {
    "acks": "all",
    "enable_idempotence": True,
    "allow_auto_create_topics": False,
    # Every batch ends with a flush, which sends at once: waiting longer only makes for fewer requests.
    "linger_ms": 5,
    "batch_size": 65_536,
    "max_block_ms": 5_000,
}


class Publisher:
    """A producer that is built on first use and built anew after a failure."""

    def __init__(self, address: cluster.Address, timeout_seconds: float) -> None:
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._producer: Any = None
        self._declared: set[str] = set()

    def publish(self, batch: Sequence[Message]) -> None:
        """Return when every message is acknowledged; raises `BusUnavailableError` when that is not certain."""
        try:
            producer = self._ready({message.topic for message in batch})
            sent = [
                producer.send(
                    message.topic,
                    key=message.key.encode(),
                    value=message.value,
                    headers=[(name, text.encode()) for name, text in message.headers.items()],
                )
                for message in batch
            ]
            producer.flush(self._timeout_seconds)
            for future in sent:
                future.get(timeout=0)
        except (KafkaError, OSError) as error:
            self._discard()
            raise BusUnavailableError(type(error).__name__) from error

    def _ready(self, topics: set[str]) -> Any:
        if self._producer is None:
            cluster.require_answer(self._address)
            self._producer = KafkaProducer(
                bootstrap_servers=self._address.bootstrap_servers,
                # Longer than a flush may take: no part of a batch may give up while a later part still goes out.
                delivery_timeout_ms=int(self._timeout_seconds * 1000) + 60_000,
                **_SETTINGS,
                **cluster.CONNECTION,
            )
        missing = sorted(topics - self._declared)
        if missing:
            cluster.declare(self._address, missing)
            for topic in missing:
                self._producer.partitions_for(topic)
            self._declared.update(missing)
        return self._producer

    def _discard(self) -> None:
        """Let go of the producer with whatever it has not sent: the caller publishes the whole batch again."""
        producer, self._producer = self._producer, None
        self._declared.clear()
        if producer is None:
            return
        # `close` first flushes, and so would hang on, or later send, exactly the messages that must be given up.
        producer._sender.force_close()
        producer._sender.join(_CLOSE_SECONDS)
        producer.close(timeout=0)

    def close(self) -> None:
        """Close the producer; nothing is pending, because every batch was flushed."""
        if self._producer is not None:
            self._producer.close(timeout=_CLOSE_SECONDS)
            self._producer = None
