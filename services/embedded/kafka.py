"""Apache Kafka without an installation: Maven fetches the broker, our own launcher runs it.

One process is broker and controller (KRaft). It needs Java 17 or later, and Maven for the first start.
"""

import base64
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from services.embedded import processes
from shared.bus.kafka.probe import answers

_PROJECT: Final = Path(__file__).resolve().parents[2]
_DEPLOY: Final = _PROJECT / "deploy" / "kafka"
_CACHE: Final = _PROJECT / ".cache" / "kafka"
_HEAP: Final = ("-Xms256m", "-Xmx256m")
_JAVA_MAJOR: Final = 17
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_INSTALL: Final = "apt-get install -y openjdk-17-jre-headless maven"


class KafkaError(Exception):
    """The broker could not be fetched or started; the text says what to do."""


class KafkaBroker:
    """One broker on the loopback interface with its data below `home`."""

    def __init__(self, home: Path, port: int, cache: Path = _CACHE) -> None:
        self._home = home.resolve()
        self._port = port
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find the broker, as `host:port`."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process id of the running broker."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Fetch the broker and format its data on first use, start it and wait until it answers.

        Raises `KafkaError` when Java or Maven is missing or the broker does not come up.
        """
        java = java_command()
        if answers(self.bootstrap_servers, timeout_seconds=1):
            raise KafkaError(
                f"another broker answers at {self.bootstrap_servers} already: stop it or choose another port"
            )
        libraries = fetch(self._cache)
        self._home.mkdir(parents=True, exist_ok=True)
        properties = self._write_properties()
        common = [*_HEAP, "-XX:-UsePerfData", f"-Dlog4j2.configurationFile={_DEPLOY / 'log4j2.properties'}"]
        launch = [java, *common, "-cp", f"{libraries}/*"]
        self._format(launch, properties)
        log = self._home / "kafka.log"
        tuning = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
        self._process = processes.start([launch[0], *tuning, *launch[1:], "kafka.Kafka", properties], log=log)
        self._wait(log)

    def stop(self) -> None:
        """Shut the broker down cleanly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop the broker as a crash would; what it acknowledged is in its log."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            processes.stop(self._process, how, _STOP_SECONDS)
            self._process = None

    def _write_properties(self) -> Path:
        template = Template((_DEPLOY / "server.properties").read_text())
        filled = template.substitute(port=self._port, controller_port=processes.free_port(), data=self._home / "data")
        path = self._home / "server.properties"
        path.write_text(filled)
        return path

    def _format(self, launch: Sequence[str], properties: Path) -> None:
        if (self._home / "data" / "meta.properties").exists():
            return
        # What the tool's own `random-uuid` prints, without another start of Java; Kafka wants no leading dash.
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
        _output([*launch, "kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(properties)])

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            if answers(self.bootstrap_servers, timeout_seconds=2):
                return
            time.sleep(0.1)
        self.kill()
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        raise KafkaError(f"Kafka did not start; the end of {log}:\n{tail}")


def java_command() -> str:
    """Return the path of a Java that can run the broker; raises `KafkaError` when there is none."""
    java = shutil.which("java")
    if java is None:
        raise KafkaError(f"Kafka needs Java {_JAVA_MAJOR} or later: {_INSTALL}")
    found = re.search(r'version "(\d+)', _output([java, "-version"]))
    if found is None or int(found.group(1)) < _JAVA_MAJOR:
        raise KafkaError(f"Kafka needs Java {_JAVA_MAJOR} or later, {java} is older: {_INSTALL}")
    return java


def fetch(cache: Path = _CACHE) -> Path:
    """Return the folder with the broker's libraries, fetched by Maven when the cache has none.

    The folder appears under its name only when it is complete, so an interrupted download is simply done again.
    Raises `KafkaError` when Maven is missing or fails.
    """
    pom = _DEPLOY / "pom.xml"
    found = re.search(r"<kafka\.version>(.+)</kafka\.version>", pom.read_text())
    if found is None:
        raise KafkaError(f"{pom} names no kafka.version")
    libraries = cache.resolve() / found.group(1) / "libs"
    if libraries.is_dir():
        return libraries
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaError(f"Kafka is fetched with Maven, which is missing: {_INSTALL}")
    libraries.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=libraries.parent) as unfinished:
        target = Path(unfinished) / "libs"
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}"]
        _output([maven, "-q", "-B", "-ntp", "-f", str(pom), *goal])
        try:
            target.rename(libraries)
        except OSError:
            # Somebody else finished first; theirs is as good.
            if not libraries.is_dir():
                raise
    return libraries


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-5:])
        raise KafkaError(f"{' '.join(command[:1])} failed:\n{tail}")
    return done.stdout
