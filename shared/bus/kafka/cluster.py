"""Short questions to the cluster: make topics, measure lag. Everything here blocks."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaConnectionError, TopicAlreadyExistsError
from kafka.protocol.consumer.offsets import IsolationLevel

from shared.bus.kafka.probe import answers

_PROBE_SECONDS: Final = 2.0

CONNECTION: Final[Mapping[str, object]] = {
    "bootstrap_timeout_ms": 5_000,
    "request_timeout_ms": 10_000,
    "reconnect_backoff_max_ms": 1_000,
}
"""How every client of ours connects: give up soon, come back soon."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the brokers are and how topics are made there."""

    bootstrap_servers: str
    partitions: int
    replication_factor: int


def require_answer(address: Address) -> None:
    """Raise `KafkaConnectionError` unless a broker answers.

    The constructors of kafka-python leave their threads and sockets behind when they fail, so none may be called
    before a broker is known to be there.
    """
    if not answers(address.bootstrap_servers, _PROBE_SECONDS):
        raise KafkaConnectionError("no broker answers")


def declare(address: Address, topics: Sequence[str]) -> None:
    """Create those of `topics` that don't exist yet and wait until they have leaders. Raises `KafkaError`."""
    with _admin(address) as admin:
        for topic in set(topics) - set(admin.list_topics()):
            made = {"num_partitions": address.partitions, "replication_factor": address.replication_factor}
            try:
                admin.create_topics({topic: made})
            except TopicAlreadyExistsError:
                continue
        admin.wait_for_topics(list(topics))


def lag(address: Address, topics: Sequence[str], group: str) -> Mapping[str, int]:
    """Return, per topic, how many committed messages lie beyond the position of `group`. Raises `KafkaError`."""
    with _admin(address) as admin:
        existing = set(topics) & set(admin.list_topics())
        partitions = [
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in (admin.describe_topics(sorted(existing)) if existing else [])
            for partition in topic["partitions"]
        ]
        if not partitions:
            return dict.fromkeys(topics, 0)
        committed = admin.list_group_offsets({group: partitions})[group]
        first = _offsets(admin, partitions, OffsetSpec.EARLIEST)
        end = _offsets(admin, partitions, OffsetSpec.LATEST)
    behind = dict.fromkeys(topics, 0)
    for partition in partitions:
        position = committed[partition].offset if partition in committed else -1
        # A group without a position starts at the earliest message that is still there.
        behind[partition.topic] += end[partition] - max(position, first[partition])
    return behind


def _offsets(admin: Any, partitions: Sequence[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
    found = admin.list_partition_offsets(dict.fromkeys(partitions, spec), IsolationLevel.READ_COMMITTED)
    return {partition: found[partition].offset for partition in partitions}


@contextmanager
def _admin(address: Address) -> Iterator[Any]:
    require_answer(address)
    admin = KafkaAdminClient(bootstrap_servers=address.bootstrap_servers, **CONNECTION)
    try:
        yield admin
    finally:
        admin.close()
