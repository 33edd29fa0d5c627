"""The whole platform for tests: real processes, real PostgreSQL, either bus, and made-up applicants."""

import itertools
import os
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest
import yaml

from services.catalogue import Addresses, Keys, load_catalogue
from services.embedded.kafka import KafkaBroker
from services.embedded.platform import Platform, free_ports
from shared.settings import BusKind
from tests.kit.kafka import on_every_bus

T = TypeVar("T")

CATALOGUE: Final = Path(__file__).resolve().parents[2] / "deploy" / "catalogue"
PRODUCT: Final = "consumer-loan"
CURRENCY: Final = "DEM"

_DICTIONARY: Final[Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
    (CATALOGUE / "products" / f"{PRODUCT}.yaml").read_text()
)["facts"]

SOLID: Final[Mapping[str, Any]] = {
    "duration_months": 12,
    "purpose": "car (used)",
    "checking_status": "no checking account",
    "savings_status": ">=1000 DM",
    "credit_history": "critical account / other credits elsewhere",
    "employment_since": ">=7 years",
    "installment_rate_pct_of_income": 1,
    "other_debtors": "none",
    "property": "real estate",
    "other_installment_plans": "none",
    "housing": "own",
    "existing_credits": 1,
}
"""Facts of an applicant who is approved for 2,500 DEM."""

SOLID_MINOR: Final = 250_000


def money(amount_minor: int, currency: str = CURRENCY) -> dict[str, Any]:
    """Return an amount as it travels."""
    return {"amount_minor": amount_minor, "currency": currency}


def application(reference: str, facts: Mapping[str, Any] = SOLID, amount_minor: int = SOLID_MINOR) -> dict[str, Any]:
    """Return the body of an application."""
    return {
        "product": PRODUCT,
        "party": {"external_ref": reference},
        "requested": money(amount_minor),
        "facts": dict(facts),
    }


def applications(seed: int) -> Iterator[dict[str, Any]]:
    """Return applications without end, from solid ones to any that the product's dictionary allows, some incomplete."""
    chance = random.Random(seed)
    run = secrets.token_hex(4)
    for number in itertools.count():
        solidity = chance.choice([0.0, 0.5, 0.9])
        facts = {
            name: SOLID[name] if name in SOLID and chance.random() < solidity else _any_value(entry, chance)
            for name, entry in _DICTIONARY.items()
            if entry["type"] in ("integer", "enum") and entry.get("source") != "scoring"
        }
        missing = chance.sample(sorted(set(facts) - {"duration_months"}), chance.choice([0, 0, 0, 1, 3]))
        known = {name: value for name, value in facts.items() if name not in missing}
        amount_minor = chance.randrange(20_000, chance.choice([300_000, 2_100_000]), 1_000)
        yield application(f"customer-{run}-{number}", known, amount_minor)


def _any_value(entry: Mapping[str, Any], chance: random.Random) -> object:
    if entry["type"] == "enum":
        return chance.choice(entry["values"])
    return chance.randint(entry["minimum"], min(entry["maximum"], 75))


@dataclass
class Running:
    """A running platform that a test may damage; `broker` is there when the bus is Kafka and we started it."""

    platform: Platform
    broker: KafkaBroker | None = None
    references: list[str] = field(default_factory=list)
    """Customer numbers that were sent, which no log may show."""
    http: httpx.Client = field(
        # A new connection for each request: the process at the other end may be another one by then.
        default_factory=lambda: httpx.Client(timeout=40, limits=httpx.Limits(max_keepalive_connections=0))
    )

    @property
    def bus(self) -> BusKind:
        """Which bus the events take."""
        return self.platform.bus

    def headers(self, client: str = "los", key: str | None = None, **more: str) -> dict[str, str]:
        """Return the headers of a request of `client`."""
        headers = {"authorization": f"Bearer {self.platform.credentials.api_keys[client]}", **more}
        return headers if key is None else {**headers, "idempotency-key": key}

    def get(self, service: str, path: str, client: str = "los", **headers: str) -> httpx.Response:
        """Ask a service's API."""
        return self.http.get(self.platform.url(service) + path, headers=self.headers(client, **headers))

    def post(
        self, service: str, path: str, body: object, client: str = "los", key: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send `body` to a service's API, under a new idempotency key unless one is given."""
        own = self.headers(client, key or secrets.token_hex(8), **headers)
        return self.http.post(self.platform.url(service) + path, json=body, headers=own)

    def operation(self, name: str, path: str) -> httpx.Response:
        """Ask `/healthz`, `/readyz` or `/metrics` of the process `service/role`."""
        return self.http.get(self.platform.url(*name.split("/")) + path)

    def submit(self, body: Mapping[str, Any], key: str | None = None, **headers: str) -> httpx.Response:
        """Submit an application."""
        self.references.append(body["party"]["external_ref"])
        return self.post("intake", "/v1/applications", body, key=key, **headers)

    def decided(self, application_id: str, seconds: float = 30.0) -> dict[str, Any]:
        """Return an application once it has its decision, and its limit where one was granted."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.get("intake", f"/v1/applications/{application_id}").json()
            decision = found.get("decision")
            return found if decision and bool(decision["limit"]) == bool(found["limit"]) else None

        return until(look, seconds, f"the decision on {application_id}")

    def approved(self) -> dict[str, Any]:
        """Return a new application that was approved, with its limit."""
        answer = self.submit(application(f"customer-{secrets.token_hex(6)}"))
        assert answer.status_code == 202, answer.text
        return self.decided(answer.json()["application_id"])

    def heal(self) -> None:
        """Start whatever an earlier test left stopped, and wait until all is ready and the bus is up."""
        if self.platform.postgres.pid is None:
            self.platform.postgres.start()
        if self.broker is not None and self.broker.pid is None:
            self.broker.start()
        self.platform.restart_stopped()
        self.platform.wait_until_ready()
        until(lambda: all(self.is_fully_ready(name) for name in self.platform.ports.processes), 30, "a sound platform")

    def is_fully_ready(self, name: str) -> bool:
        """Tell whether a process is ready and not degraded."""
        try:
            return bool(self.operation(name, "/readyz").json()["status"] == "ready")
        except httpx.HTTPError:
            return False


def until(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """Return the first true answer of `look`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


class Platforms:
    """The platforms of a test run, one for each bus, started when the first test asks and stopped after the last."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request
        self._running: dict[BusKind, Running] = {}

    def on(self, bus: BusKind) -> Running:
        """Return the platform on a bus."""
        if bus not in self._running:
            servers = self._request.getfixturevalue("kafka_bootstrap_servers") if bus is BusKind.KAFKA else ""
            started_here = bus is BusKind.KAFKA and "KAFKA_BOOTSTRAP_SERVERS" not in os.environ
            broker = self._request.getfixturevalue("kafka_broker") if started_here else None
            stop = ExitStack()
            # Of the session itself: what is noted last is done first, so the platform stops before its broker.
            self._request.node.addfinalizer(stop.close)
            self._running[bus] = stop.enter_context(self._started(bus, servers, broker))
        return self._running[bus]

    @contextmanager
    def _started(self, bus: BusKind, servers: str, broker: KafkaBroker | None) -> Iterator[Running]:
        with tempfile.TemporaryDirectory(prefix="assay-") as home, pytest.MonkeyPatch.context() as environment:
            # PostgreSQL runs unprivileged when the tests run as root, and must be able to walk to its data.
            Path(home).chmod(0o711)
            # The platform of a test has a PostgreSQL of its own, which it may kill, and the broker of the test run.
            environment.delenv("DATABASE_URL", raising=False)
            environment.setenv("KAFKA_BOOTSTRAP_SERVERS", servers)
            platform = Platform(Path(home) / "state", bus=bus, ports=free_ports())
            environment.undo()
            platform.start()
            try:
                at = Addresses(platform.url("intake"), platform.url("scoring"), platform.url("decision"))
                keys = Keys(*(platform.credentials.api_keys[client] for client in ("policy-author", "policy-approver")))
                load_catalogue(CATALOGUE, at, keys, lambda _words: None)
                shared = Running(platform, broker)
                with shared.http:
                    yield shared
            finally:
                platform.stop()


@pytest.fixture(scope="session")
def platforms(request: pytest.FixtureRequest) -> Platforms:
    """Every platform of this test run. A fixture with parameters would be set up anew for each file and bus."""
    return Platforms(request)


@pytest.fixture(scope="session", params=on_every_bus())
def running(request: pytest.FixtureRequest, platforms: Platforms) -> Running:
    """One platform with its catalogue for all tests on a bus."""
    return platforms.on(BusKind(request.param))


@pytest.fixture
def bed(running: Running) -> Running:
    """The platform, whole again whatever the test before did to it."""
    running.heal()
    return running
