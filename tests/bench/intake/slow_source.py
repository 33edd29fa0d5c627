"""What a source that takes 30 seconds does to applications that another source is asked for.

Applications for one product arrive on a fixed schedule; their source, the sandbox, answers at once. In every other
phase there is a second stream, for a product whose source takes 30 seconds, more of it than that source has places for.
The latency is from an application's arrival to its decision. Each round has a phase with and one without the second
stream, in turns one or the other first; the ratio of their p99 is taken within a round, and the median of the rounds
counts.
"""

import asyncio
import copy
import itertools
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import uvloop
import yaml
from rich.console import Console

from services.catalogue import Addresses, Keys, load_catalogue
from services.embedded.platform import SANDBOX_SOURCES, Platform, free_ports
from services.migrate import PROJECT, SERVICES
from services.sandbox.identities import PEOPLE, Story
from shared.settings import BusKind
from tests.bench.load import Run, open_loop, percentile, request
from tests.bench.report import Level

SLOW_SECONDS: Final = 30
ROUNDS: Final = 5
SECONDS: Final = 20.0
RATE: Final = 20.0
SLOW_RATE: Final = 1.0
PARTIES: Final = 200
_FAST: Final = "fast-loan"
_SLOW: Final = "slow-loan"
_SOURCES: Final = {_FAST: "consumer-bureau", _SLOW: "slow-bureau"}
_GIVE_UP_SECONDS: Final = 120.0
_WAITS: Final = """
    SELECT extract(epoch FROM d.decided_at - a.received_at)::float8 AS waited
    FROM intake.application a JOIN decision.decision d USING (application_id)
    WHERE a.product = $1 AND a.received_at >= $2
"""
console = Console(highlight=False)


@dataclass(slots=True)
class Phases:
    """Latencies of the first stream in seconds: a list for each round, without and with the second stream."""

    without: list[list[float]] = field(default_factory=list)
    beside: list[list[float]] = field(default_factory=list)

    def ratios(self, share: float) -> list[float]:
        """Return a percentile with the second stream against that without it, for each round."""
        pairs = zip(self.beside, self.without, strict=True)
        return [percentile(beside, share) / percentile(without, share) for beside, without in pairs]


def slow_source(folder: Path, rounds: int = ROUNDS, seconds: float = SECONDS) -> tuple[list[Level], dict[str, object]]:
    """Measure and return the level with its figures."""
    with _platform(folder) as platform:
        phases, slow_asked = uvloop.run(_Measurement(platform, seconds).rounds(rounds))
    figures: dict[str, object] = {
        "one source takes, seconds": SLOW_SECONDS,
        "applications per second": RATE,
        "applications per second for the slow source": SLOW_RATE,
        "applications for the slow source, in all": slow_asked,
        "ratio of p99, each round": ", ".join(f"{ratio:.2f}" for ratio in phases.ratios(0.99)),
        "ratio of p50, median": statistics.median(phases.ratios(0.5)),
    }
    for name, each in (("without it", phases.without), ("beside it", phases.beside)):
        for share in (0.5, 0.99):
            median = statistics.median(percentile(waits, share) for waits in each) * 1000
            figures[f"arrival to decision {name}, p{share * 100:.0f} ms"] = median
    ratio = statistics.median(phases.ratios(0.99))
    return [Level("p99 of all others beside a slow source / without it", ratio, at_most=1.1)], figures


@contextmanager
def _platform(folder: Path) -> Iterator[Platform]:
    """Run a platform with a sandbox, two sources in it, and a product for each."""
    documents = yaml.safe_load(SANDBOX_SOURCES.read_text())["sources"]
    bureau = documents["consumer-bureau"]
    sources = folder / "sources.yaml"
    slow = {**bureau, "timeout_seconds": SLOW_SECONDS + 10, "attempts": 1}
    sources.write_text(yaml.safe_dump({"sources": {"consumer-bureau": bureau, "slow-bureau": slow}}))
    os.environ |= {"INTAKE_SOURCES_FILE": str(sources), "SANDBOX_SLOW_SECONDS": str(SLOW_SECONDS)}
    # PostgreSQL runs unprivileged and must be able to walk to its data.
    home = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    home.chmod(0o711)
    platform = Platform(home / "state", bus=BusKind.EMBEDDED, ports=free_ports(sandbox=True))
    platform.start()
    try:
        keys = Keys(*(platform.credentials.api_keys[client] for client in ("policy-author", "policy-approver")))
        at = Addresses(*(platform.url(service) for service in SERVICES[:3]))
        load_catalogue(_catalogue(folder / "catalogue"), at, keys, lambda _words: None)
        yield platform
    finally:
        platform.stop()


def _catalogue(folder: Path) -> Path:
    """Write the catalogue's personal loan down twice, each with one source that is always asked."""
    own = PROJECT / "deploy" / "catalogue"
    for kind in ("products", "reasons", "policies"):
        (folder / kind).mkdir(parents=True)
        document = yaml.safe_load((own / kind / "personal-loan.yaml").read_text())
        for name, source in _SOURCES.items():
            copied = copy.deepcopy(document)
            if kind == "products":
                del copied["screening"], copied["clock"]
                copied["name"] = name
                copied["investigation"]["sources"] = [{"source": source}]
            else:
                copied["product"] = name
                copied |= {"name": f"{name}-standard"} if kind == "policies" else {}
            (folder / kind / f"{name}.yaml").write_text(yaml.safe_dump(copied, sort_keys=False))
    (folder / "reasons" / "platform.yaml").write_text((own / "reasons" / "platform.yaml").read_text())
    return folder


class _Measurement:
    """The two streams, on a running platform."""

    def __init__(self, platform: Platform, seconds: float) -> None:
        self._platform = platform
        self._seconds = seconds
        self._port = platform.ports.processes["intake/api"]
        self._headers = {"authorization": f"Bearer {platform.credentials.api_keys['los']}"}

    async def rounds(self, rounds: int) -> tuple[Phases, int]:
        """Measure, and return the latencies and how many applications the slow source was to be asked for."""
        numbers = [f"{123_450_000 + number}" for number in range(PARTIES)]
        (slow,) = [number for (_, number), story in PEOPLE.items() if story is Story.SLOW]
        async with httpx.AsyncClient(base_url=self._platform.url("intake"), headers=self._headers, timeout=60) as http:
            parties = [await self._party(http, number) for number in (*numbers, slow)]
            fast, late = self._requests(_FAST, parties[:-1]), self._requests(_SLOW, parties[-1:])
            connection = await asyncpg.connect(self._platform.admin_url)
            try:
                await self._phase(connection, fast)
                phases, slow_asked = Phases(), 0
                for number in range(rounds):
                    for is_beside in (False, True) if number % 2 else (True, False):
                        if is_beside:
                            waits, ids = await self._beside(connection, fast, late)
                            phases.beside.append(waits)
                            slow_asked += len(ids)
                            await self._withdraw(http, ids)
                        else:
                            phases.without.append(await self._phase(connection, fast))
                    console.print(
                        f"  round {number + 1} of {rounds}: p99 {phases.ratios(0.99)[-1]:.2f} of that without"
                    )
            finally:
                await connection.close()
        return phases, slow_asked

    async def _party(self, http: httpx.AsyncClient, number: str) -> str:
        """Take a person in who consents, and return their id."""
        profile = {"names": [{"text": f"Person {number}"}], "identifiers": [{"scheme": "us-ssn", "value": number}]}
        party_id: str = (await _post(http, "/v1/parties", {"kind": "person", "profile": profile}))["party_id"]
        consent = {
            "purpose": "credit_assessment",
            "scope": ["bureau"],
            "given_at": "2026-01-01T00:00:00Z",
            "expires_at": "2035-01-01T00:00:00Z",
            "proof": {"method": "signed_form", "sha256": "0" * 64},
        }
        await _post(http, f"/v1/parties/{party_id}/consents", consent)
        return party_id

    def _requests(self, product: str, parties: list[str]) -> Iterator[bytes]:
        """Yield applications for a product without end, each under a key of its own."""
        for party_id in itertools.cycle(parties):
            body = {
                "product": product,
                "party": {"party_id": party_id},
                "requested": _usd(12_000),
                "facts": {"term_months": 36, "annual_income": _usd(68_000), "monthly_debt_payments": _usd(900)},
            }
            headers = {**self._headers, "Idempotency-Key": secrets.token_hex(8)}
            yield request("/v1/applications", json.dumps(body).encode(), headers)

    async def _phase(self, connection: asyncpg.Connection, fast: Iterator[bytes]) -> list[float]:
        """Send the first stream and return how long each application waited for its decision, in seconds."""
        since = await connection.fetchval("SELECT clock_timestamp()")
        run = _accepted(await open_loop(self._port, 32, RATE, self._seconds, fast.__next__))
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while len(rows := await connection.fetch(_WAITS, _FAST, since)) < len(run.latencies):
            if time.monotonic() > deadline:
                raise SystemExit(f"{len(run.latencies) - len(rows)} applications were not decided")
            await asyncio.sleep(0.5)
        return [row["waited"] for row in rows]

    async def _beside(
        self, connection: asyncpg.Connection, fast: Iterator[bytes], late: Iterator[bytes]
    ) -> tuple[list[float], list[str]]:
        """Send both streams, the second from a while before; return the first one's waits and the second one's ids."""
        since = await connection.fetchval("SELECT clock_timestamp()")
        beside = asyncio.create_task(open_loop(self._port, 8, SLOW_RATE, self._seconds + 6, late.__next__))
        await asyncio.sleep(5)
        waits = await self._phase(connection, fast)
        _accepted(await beside)
        rows = await connection.fetch(
            "SELECT application_id FROM intake.application WHERE product = $1 AND received_at >= $2", _SLOW, since
        )
        return waits, [row["application_id"] for row in rows]

    async def _withdraw(self, http: httpx.AsyncClient, ids: list[str]) -> None:
        """End what waits for the slow source, and let those pass that it is being asked for."""
        for application_id in ids:
            answer = await http.post(f"/v1/applications/{application_id}/withdraw", json={"reason": "measured"})
            if answer.status_code not in (200, 409):  # 409: decided by now.
                raise SystemExit(f"intake answered {answer.status_code} to a withdrawal")
        await asyncio.sleep(SLOW_SECONDS + 2)


async def _post(http: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = await http.post(path, json=body, headers={"idempotency-key": secrets.token_hex(8)})
    if answer.status_code != httpx.codes.CREATED:
        raise SystemExit(f"intake answered {answer.status_code} to {path}")
    found: dict[str, Any] = answer.json()
    return found


def _accepted(run: Run) -> Run:
    if set(run.statuses) != {202}:
        raise SystemExit(f"intake answered {run.statuses}")
    return run


def _usd(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount * 100, "currency": "USD"}
