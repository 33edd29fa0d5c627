"""The launcher of the real Kafka broker."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.embedded import kafka
from services.embedded.kafka import KafkaBroker, KafkaError
from services.embedded.processes import free_port
from shared.bus.kafka.probe import answers
from tests.kit.kafka import broker_can_run


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An otherwise empty search path for programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for shell in ("sh", "mkdir", "touch"):
        (folder / shell).symlink_to(shutil.which(shell) or "")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(commands: Path, name: str, script: str) -> None:
    program = commands / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_without_java_the_error_says_what_to_install(commands: Path, tmp_path: Path) -> None:
    with pytest.raises(KafkaError, match="apt-get install -y openjdk-17-jre-headless maven"):
        KafkaBroker(tmp_path / "home", free_port()).start()


def test_a_java_that_is_too_old_is_refused(commands: Path) -> None:
    install(commands, "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    with pytest.raises(KafkaError, match="Java 17 or later"):
        kafka.java_command()


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.1", "25-ea"])
def test_a_java_that_is_new_enough_is_taken(commands: Path, version: str) -> None:
    install(commands, "java", f"""echo 'openjdk version "{version}" 2025-04-15' >&2""")
    assert kafka.java_command() == str(commands / "java")


def test_without_maven_the_error_says_what_to_install(commands: Path, tmp_path: Path) -> None:
    with pytest.raises(KafkaError, match="apt-get install -y openjdk-17-jre-headless maven"):
        kafka.fetch(tmp_path / "cache")


# Stands in for Maven: leaves one library where the last argument says.
DOWNLOAD = """for argument; do case "$argument" in -DoutputDirectory=*) folder="${argument#*=}";; esac; done
mkdir -p "$folder"; touch "$folder/kafka.jar" """


def test_an_interrupted_download_is_done_again(commands: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    install(commands, "mvn", f"{DOWNLOAD}\necho 'connection lost'; exit 1")
    with pytest.raises(KafkaError, match="connection lost"):
        kafka.fetch(cache)
    assert not list(cache.rglob("*.jar"))
    install(commands, "mvn", DOWNLOAD)
    assert [path.name for path in kafka.fetch(cache).iterdir()] == ["kafka.jar"]


def test_libraries_that_are_there_are_not_fetched_again(commands: Path, tmp_path: Path) -> None:
    install(commands, "mvn", DOWNLOAD)
    libraries = kafka.fetch(tmp_path / "cache")
    (commands / "mvn").unlink()
    assert kafka.fetch(tmp_path / "cache") == libraries


@pytest.mark.kafka
class TestARealBroker:
    __test__ = broker_can_run()

    @pytest.fixture
    def broker(self, tmp_path: Path) -> Iterator[KafkaBroker]:
        broker = KafkaBroker(tmp_path / "kafka", free_port())
        yield broker
        broker.stop()

    def test_it_answers_once_started_and_is_gone_once_stopped(self, broker: KafkaBroker) -> None:
        broker.start()
        assert answers(broker.bootstrap_servers, timeout_seconds=5)
        pid = broker.pid
        assert pid is not None
        broker.stop()
        assert not answers(broker.bootstrap_servers, timeout_seconds=5)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_it_starts_again_on_its_data_after_a_crash(self, broker: KafkaBroker, tmp_path: Path) -> None:
        broker.start()
        identity = (tmp_path / "kafka" / "data" / "meta.properties").read_text()
        broker.kill()
        broker.start()
        assert answers(broker.bootstrap_servers, timeout_seconds=5)
        assert (tmp_path / "kafka" / "data" / "meta.properties").read_text() == identity

    def test_a_second_broker_on_the_same_port_is_refused(self, broker: KafkaBroker, tmp_path: Path) -> None:
        broker.start()
        rival = KafkaBroker(tmp_path / "rival", int(broker.bootstrap_servers.rpartition(":")[2]))
        with pytest.raises(KafkaError, match="another broker answers"):
            rival.start()

    def test_a_broker_that_does_not_come_up_is_reported_with_the_end_of_its_log(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            broker = KafkaBroker(tmp_path / "kafka", taken.getsockname()[1])
            with pytest.raises(KafkaError, match="did not start"):
                broker.start()
        assert broker.pid is None
