"""The platform on one machine: PostgreSQL, a broker where asked, and an API and a worker process per service."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from services.embedded import credentials as credential_store
from services.embedded import processes
from services.embedded.credentials import Credentials
from services.embedded.kafka import KafkaBroker
from services.embedded.postgres import Address, Postgres
from services.migrate import PROJECT, ROLES, SCHEMAS, SERVICES, Schema, migrate
from shared.settings import BusKind

READY_SECONDS: Final = 60.0
SANDBOX: Final = "sandbox/api"
"""The process that plays the data sources of intake: beside the services, and only where `Ports` has a port for it."""

SANDBOX_SOURCES: Final = PROJECT / "deploy" / "sources" / "sandbox.yaml"

Progress = Callable[[str], None]
"""Told what is being done, in words."""


class PlatformError(Exception):
    """The platform could not be started; the text says why and where to look."""


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports on the loopback interface: PostgreSQL, Kafka, and `service/role` for each process to start."""

    postgres: int
    kafka: int
    processes: Mapping[str, int]


def default_ports() -> Ports:
    """Return the documented ports, the sandbox's among them."""
    named = {f"{service}/{role}": base + n for n, service in enumerate(SERVICES, 1) for role, base in _BASES}
    return Ports(5433, 9092, {**named, SANDBOX: 8105})


def free_ports(*, sandbox: bool = False) -> Ports:
    """Return ports that nothing uses now, for a platform beside another one; a sandbox runs if it has a port."""
    names = [f"{service}/{role}" for service in SERVICES for role in ROLES] + [SANDBOX] * sandbox
    return Ports(processes.free_port(), processes.free_port(), {name: processes.free_port() for name in names})


_BASES: Final = (("api", 8100), ("worker", 9100))


class Platform:
    """Starts, watches and stops everything. Use it from the main thread only."""

    def __init__(self, state: Path, *, bus: BusKind, ports: Ports, tell: Progress = lambda _words: None) -> None:
        self.state = state
        self.bus = bus
        self.ports = ports
        self._tell = tell
        self._external = os.environ.get("DATABASE_URL")
        self.postgres = Postgres(state / "postgres", ports.postgres)
        self._external_kafka = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        self.kafka = KafkaBroker(state / "kafka", ports.kafka)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        # One client for all: each new one reads every root certificate of the system.
        self._credentials: Credentials | None = None

    @property
    def credentials(self) -> Credentials:
        """The development credentials; there after `start`."""
        if self._credentials is None:
            raise PlatformError("the platform has not been started")
        return self._credentials

    def url(self, service: str, role: str = "api") -> str:
        """Return the address of a process."""
        return f"http://127.0.0.1:{self.ports.processes[f'{service}/{role}']}"

    def start(self) -> None:
        """Start everything and wait until every process is ready; raises `PlatformError` after stopping what ran."""
        try:
            self._start_stores()
            self._tell("starting the services")
            for name in self.ports.processes:
                self.start_process(name)
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def attach(self) -> None:
        """Read the credentials of a platform that another process runs."""
        self._credentials = credential_store.load_or_create(self.state)

    def _start_stores(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "logs").mkdir(exist_ok=True)
        (self.state / "files").mkdir(mode=0o700, exist_ok=True)
        self._credentials = credential_store.load_or_create(self.state)
        if self._external is None:
            self._tell("starting PostgreSQL")
            self.postgres.start()
        if self.bus is BusKind.KAFKA and self._external_kafka is None:
            self._tell("starting Kafka (fetched with Maven the first time)")
            self.kafka.start()
        self._tell("migrating the schemas")
        migrate(self.admin_url, {name: self.schema(name) for name in SCHEMAS})

    def stop(self) -> None:
        """Stop the services gracefully, all at once, then the broker and PostgreSQL."""
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            processes.stop(child, signal.SIGTERM, timeout_seconds=20)
        self._children.clear()
        self.kafka.stop()
        self.postgres.stop()

    def start_process(self, name: str) -> None:
        """Start one process, `service/role`."""
        service, _, role = name.partition("/")
        is_sandbox = name == SANDBOX
        command = ["sandbox", "--port", str(self.ports.processes[name])] if is_sandbox else ["run", service, role]
        self._children[name] = processes.start(
            [sys.executable, "-m", "services.cli", *command],
            log=self.log_path(name),
            environment=_inherited() if is_sandbox else self.environment(service),
        )

    def keep_only(self, names: Collection[str]) -> None:
        """Stop every process but these."""
        for name in [name for name in self._children if name not in names]:
            processes.stop(self._children.pop(name), signal.SIGTERM)

    def kill(self, name: str) -> None:
        """Kill one process as a crash would (SIGKILL)."""
        self._children[name].kill()
        self._children[name].wait()

    def stop_process(self, name: str, within_seconds: float = 20.0) -> int:
        """Stop one process gracefully and return its exit code; one that stays for longer is killed."""
        processes.stop(self._children[name], signal.SIGTERM, within_seconds)
        return self._children[name].wait()

    def stopped(self) -> list[str]:
        """Return the processes that are no longer running."""
        return [name for name, child in self._children.items() if child.poll() is not None]

    def restart_stopped(self) -> list[str]:
        """Start again what has stopped; return which."""
        names = self.stopped()
        for name in names:
            self.start_process(name)
        return names

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until every process reports ready (or degraded: started while the bus is away)."""
        deadline = time.monotonic() + seconds
        waiting = list(self._children)
        # One client for the whole wait, because each reads the root certificates anew.
        with httpx.Client(timeout=3) as http:
            while waiting:
                waiting = [name for name in waiting if not self._is_ready(http, name)]
                gone = [name for name in waiting if self._children[name].poll() is not None]
                if gone or time.monotonic() > deadline:
                    name = (gone or waiting)[0]
                    end = self._log_end(name)
                    raise PlatformError(f"{name} did not become ready; see {self.log_path(name)}\n{end}")
                time.sleep(0.05)

    def log_path(self, name: str) -> Path:
        """Return the log file of a process."""
        return self.state / "logs" / f"{name.replace('/', '-')}.log"

    def _log_end(self, name: str) -> str:
        lines = self.log_path(name).read_text(errors="replace").splitlines()
        return "\n".join(lines[-5:])

    def _is_ready(self, http: httpx.Client, name: str) -> bool:
        service, _, role = name.partition("/")
        try:
            return http.get(f"{self.url(service, role)}/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    @property
    def admin_url(self) -> str:
        """The connection URL of the administrator: `DATABASE_URL`, or that of the embedded server."""
        return self._external or self.postgres.address.url()

    def schema(self, name: str) -> Schema:
        """Return the connection URLs of a schema's two roles."""
        return Schema(self._role_url(f"{name}_owner"), self._role_url(f"{name}_app"))

    def _role_url(self, role: str) -> str:
        password = self.credentials.passwords[role]
        if self._external is None:
            return Address(self.ports.postgres, password).url(role)
        return credential_url(self._external, role, password)

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment of a service's processes: the same variables as in production."""
        own = service.upper()
        variables = {
            f"{own}_DATABASE_URL": self.schema(service).app_url,
            f"{own}_API_PORT": str(self.ports.processes[f"{service}/api"]),
            f"{own}_WORKER_PORT": str(self.ports.processes[f"{service}/worker"]),
            "BUS_KIND": self.bus.value,
            "BUS_PARTITIONS": _PARTITIONS,
            "BUS_DATABASE_URL": self.schema("bus").app_url,
            "BUS_KAFKA_BOOTSTRAP_SERVERS": self._external_kafka or self.kafka.bootstrap_servers,
            "ASSAY_API_KEYS_FILE": str(credential_store.key_file(self.state)),
        }
        if service == "decision":
            variables["DECISION_SCORING_URL"] = self.url("scoring")
            variables["DECISION_SCORING_KEY"] = self.credentials.api_keys["decision-service"]
        if service == "intake":
            variables["INTAKE_KEYS_FILE"] = str(credential_store.vault_file(self.state))
            variables["INTAKE_FILES_URL"] = (self.state / "files").absolute().as_uri()
            variables["INTAKE_LIMITS_URL"] = self.url("limits")
            variables["INTAKE_LIMITS_KEY"] = self.credentials.api_keys["intake-service"]
            variables |= self._sources()
        return _inherited() | variables

    def _sources(self) -> dict[str, str]:
        """Return what intake needs to ask the sandbox. A file of sources that somebody has set stays theirs."""
        if SANDBOX not in self.ports.processes:
            return {}
        sandbox = self.url("sandbox")
        return {
            "INTAKE_SOURCES_FILE": os.environ.get("INTAKE_SOURCES_FILE") or str(SANDBOX_SOURCES),
            "SANDBOX_CONSUMER_BUREAU_URL": f"{sandbox}/consumer-bureau",
            "SANDBOX_COMPANY_REGISTRY_URL": f"{sandbox}/company-registry",
            "SANDBOX_EMPLOYMENT_CHECK_URL": f"{sandbox}/employment-check",
            "SANDBOX_USER": "sandbox",
            "SANDBOX_KEY": os.environ.get("SANDBOX_KEY", "sandbox"),
        }

    def describe(self) -> str:
        """Return addresses and state as JSON, for `assay up` and `assay down`."""
        return json.dumps(
            {
                "pid": os.getpid(),
                "bus": self.bus.value,
                "services": {name: self.url(*name.split("/")) for name in self.ports.processes},
            }
        )


_PARTITIONS: Final = "2"
"""On one machine a consumer group has one member, which gains nothing from partitions and pays for each of them."""

_NOT_INHERITED: Final = {"DATABASE_URL"}
"""The administrator's connection is for migrations; no service gets it."""


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}


def credential_url(base: str, role: str, password: str) -> str:
    """Return `base` with another role."""
    parts = httpx.URL(base)
    return str(parts.copy_with(username=role, password=password))
