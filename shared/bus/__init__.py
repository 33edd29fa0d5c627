"""The bus: how events travel between services. One small port, two implementations with one contract suite.

`shared.bus.embedded` keeps the log in PostgreSQL; `shared.bus.kafka` speaks to Apache Kafka. Both deliver at least
once, in order per key, to one member of each consumer group.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way out: `key` chooses the partition, `headers` are text, `value` is opaque."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way in, with the place it was read from."""

    message: Message
    partition: int
    position: int


HandleBatch = Callable[[Sequence[Delivery]], Awaitable[None]]


class BusUnavailableError(Exception):
    """The bus could not be reached or did not acknowledge in time; what was sent may or may not have arrived."""


class Bus(Protocol):
    """What a service may ask of the bus."""

    async def publish(self, batch: Sequence[Message]) -> None:
        """Store every message of `batch` durably, keeping the order of each key; return when all are acknowledged.

        Raises `BusUnavailableError`; the caller then publishes the whole batch again.
        """

    async def subscribe(self, topics: Sequence[str], group: str, handle_batch: HandleBatch) -> None:
        """Deliver batches to `handle_batch` until cancelled.

        The group's position moves on only after `handle_batch` returned; when it raises, the same messages are
        delivered again after a pause. A lost connection is retried for ever.
        """

    async def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Return, per topic, how many messages the group has not yet got through."""

    async def prune(self, older_than_seconds: int) -> int:
        """Forget messages of that age that every group has got through, where that is not the broker's own task."""

    async def reachable(self) -> bool:
        """Tell, within two seconds, whether the bus answers."""

    async def close(self) -> None:
        """Release every connection and thread; subscriptions end."""
