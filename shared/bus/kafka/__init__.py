"""The bus on Apache Kafka, through kafka-python.

kafka-python has no asyncio interface and its constructors block, so publishing, asking and each subscription have a
thread of their own, and nothing connects before it is first used: a service starts while Kafka is away.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from kafka.errors import KafkaError

from shared.bus import BusUnavailableError, HandleBatch, Message
from shared.bus.kafka import cluster
from shared.bus.kafka.probe import answers
from shared.bus.kafka.publisher import Publisher
from shared.bus.kafka.subscription import Subscription

_REACHABLE_SECONDS: Final = 1.5

# The client reports every attempt to reconnect; failures that matter reach the caller or are logged here.
logging.getLogger("kafka").setLevel(logging.CRITICAL)


class KafkaBus:
    """A `shared.bus.Bus` on the brokers at `bootstrap_servers` (comma-separated `host:port`).

    Topics are created when first used, with `partitions` and `replication_factor`; existing topics stay as they are.
    A member that dies without leaving hands its partitions on after `session_timeout_seconds`. A batch that is not
    acknowledged within `publish_timeout_seconds` counts as failed. A consumer waits for messages for up to
    `poll_seconds` at a time; it notices in between that it is to stop.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        partitions: int = 6,
        replication_factor: int = 1,
        session_timeout_seconds: float = 10.0,
        publish_timeout_seconds: float = 10.0,
        poll_seconds: float = 0.25,
    ) -> None:
        self._address = cluster.Address(bootstrap_servers, partitions, replication_factor)
        self._session_timeout_seconds = session_timeout_seconds
        self._poll_seconds = poll_seconds
        self._publisher = Publisher(self._address, publish_timeout_seconds)
        # One thread each: publishing stays in order, and a question never waits for a publish that hangs.
        self._publishing = ThreadPoolExecutor(1, "bus-publish")
        self._asking = ThreadPoolExecutor(1, "bus-ask")
        self._subscriptions: set[Subscription] = set()
        self._closed = False

    async def publish(self, batch: Sequence[Message]) -> None:
        """Send `batch` and wait for every acknowledgement; see `shared.bus.Bus`."""
        if batch:
            await asyncio.get_running_loop().run_in_executor(self._publishing, self._publisher.publish, batch)

    async def subscribe(self, topics: Sequence[str], group: str, handle_batch: HandleBatch) -> None:
        """Deliver to `handle_batch` until cancelled or closed; see `shared.bus.Bus`."""
        subscription = Subscription(
            self._address, topics, group, handle_batch, self._session_timeout_seconds, self._poll_seconds
        )
        self._subscriptions.add(subscription)
        try:
            await subscription.run()
        finally:
            self._subscriptions.discard(subscription)

    async def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Count what `group` has still to handle; see `shared.bus.Bus`. Raises `BusUnavailableError`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._asking, cluster.lag, self._address, topics, group
            )
        except (KafkaError, OSError) as error:
            raise BusUnavailableError(type(error).__name__) from error

    async def prune(self, older_than_seconds: int) -> int:  # noqa: ARG002 - the port's argument
        """Do nothing: the broker's own retention applies."""
        return 0

    async def reachable(self) -> bool:
        """Tell, within two seconds, whether a broker answers."""
        return await asyncio.to_thread(answers, self._address.bootstrap_servers, _REACHABLE_SECONDS)

    async def close(self) -> None:
        """End the subscriptions and the producer, with their threads; the bus can't be used again."""
        if self._closed:
            return
        self._closed = True
        for subscription in list(self._subscriptions):
            await subscription.stop()
        await asyncio.get_running_loop().run_in_executor(self._publishing, self._publisher.close)
        self._publishing.shutdown(wait=False)
        self._asking.shutdown(wait=False)
