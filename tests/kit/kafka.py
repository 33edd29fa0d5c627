"""When the tests run on a real Kafka broker, and the one broker they share."""

import os
import shutil
from collections.abc import Iterator

import pytest

from services.embedded.kafka import KafkaBroker
from services.embedded.processes import free_port


def broker_can_run() -> bool:
    """Tell whether tests may start a broker of their own: Java and Maven are there, or their absence is a failure."""
    required = os.environ.get("ASSAY_REQUIRE_KAFKA") == "1"
    return required or (shutil.which("java") is not None and shutil.which("mvn") is not None)


def kafka_is_tested() -> bool:
    """Tell whether tests on Kafka are collected at all."""
    return "KAFKA_BOOTSTRAP_SERVERS" in os.environ or broker_can_run()


def on_every_bus(*, stoppable: bool = False) -> list[object]:
    """Return the parameters of a test that runs on every bus; `stoppable` when it takes the bus away."""
    kafka = pytest.param("kafka", marks=pytest.mark.kafka)
    given = "KAFKA_BOOTSTRAP_SERVERS" in os.environ
    tested = broker_can_run() and not given if stoppable else kafka_is_tested()
    return ["embedded", kafka] if tested else ["embedded"]


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """The one broker of this test run; a test that stops it starts it again."""
    broker = KafkaBroker(tmp_path_factory.mktemp("kafka"), free_port())
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap_servers(request: pytest.FixtureRequest) -> str:
    """Where Kafka is: the cluster that the environment names, else the broker of this test run."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given is not None:
        return given
    broker: KafkaBroker = request.getfixturevalue("kafka_broker")
    return broker.bootstrap_servers
