"""How a Kafka consumer gets into its group, however slow the brokers are to answer."""

import secrets
from collections.abc import AsyncIterator

import pytest

from shared.bus.kafka import KafkaBus
from tests.contracts.bus.kit import Received, Subscribed, numbered

pytestmark = pytest.mark.kafka


@pytest.fixture
async def hasty(kafka_bootstrap_servers: str) -> AsyncIterator[KafkaBus]:
    """A bus whose consumers wait for so short a time that the group hardly ever answers within one wait."""
    bus = KafkaBus(kafka_bootstrap_servers, session_timeout_seconds=6, poll_seconds=0.01)
    yield bus
    await bus.close()


async def test_a_member_that_looks_away_while_it_joins_gets_its_partitions_all_the_same(hasty: KafkaBus) -> None:
    for _ in range(8):
        received = Received()
        topic = f"topic-{secrets.token_hex(6)}"
        await hasty.publish(numbered(topic, range(20)))
        async with Subscribed(hasty, topic, f"group-of-{topic}", received.handle):
            await received.until_count(20)
