"""Applications with a document each, against the bare flow of `make bench-flow`, on the same platform in the same run.

The product is the same; in between it is published anew so that it needs a document. An applicant's system then sends
an application (which is incomplete: 202), hands in the document (2 to 10 kB of PDF, sealed and stored), and the
application goes on by itself. Both rates count from the first request to the last decision.
"""

import asyncio
import itertools
import json
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import uvloop
import yaml

from services.catalogue import Addresses, Keys, load_catalogue
from services.embedded.platform import Platform
from services.migrate import PROJECT
from shared.settings import BusKind
from tests.bench.flow import applicants, platform
from tests.bench.report import Level

APPLICATIONS: Final = 10_000
_BARE: Final = 5_000
_CONNECTIONS: Final = 32
_WARM: Final = 1_000
_GIVE_UP_SECONDS: Final = 300.0
_PRODUCT: Final = "consumer-loan"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the body of an answer."""

    status: int
    body: bytes


class Caller:
    """One keep-alive connection that has one request under way at a time and reads what comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, raw: bytes) -> Answer:
        """Send a request and return its answer."""
        self._writer.write(raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        start = head.lower().index(b"content-length:") + 15
        body = await self._reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
        return Answer(int(head[9:12]), body)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


Act = Callable[[Caller, int], Awaitable[None]]


def measure(_folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Measure both flows in turn: bare, with documents, bare again."""
    with platform(BusKind.EMBEDDED) as found:
        driver = _Driver(found)
        uvloop.run(driver.run(_WARM, driver.apply))
        bare = [uvloop.run(driver.run(_BARE, driver.apply))]
        _publish(found, needs={"documents": ["income_proof"]})
        uvloop.run(driver.run(_WARM, driver.apply_with_document))
        documented = uvloop.run(driver.run(APPLICATIONS, driver.apply_with_document))
        _publish(found, needs={"documents": []})
        bare.append(uvloop.run(driver.run(_BARE, driver.apply)))
    rate = statistics.mean(bare)
    figures: dict[str, object] = {
        "ingest: bare applications per second, before / after": " / ".join(f"{each:,.0f}" for each in bare),
        "ingest: applications with a document per second": documented,
        "ingest: applications with a document": APPLICATIONS,
    }
    return [Level("ingest: with a document / bare, applications per second", documented / rate, at_least=0.7)], figures


class _Driver:
    """Sends applications of people who have never been here, and waits until all of them are decided."""

    def __init__(self, found: Platform) -> None:
        self._found = found
        self._port = found.ports.processes["intake/api"]
        self._key = found.credentials.api_keys["los"]
        self._run = random.randrange(10**9)
        self._numbers = itertools.count()
        self._facts = [facts for facts, _ in zip(applicants(7), range(200), strict=False)]

    async def run(self, count: int, act: Act) -> float:
        """Return how many applications a second were taken from the first request to the last decision."""
        connection = await asyncpg.connect(self._found.admin_url)
        before: int = await connection.fetchval("SELECT count(*) FROM decision.decision")
        numbers = iter(range(count))
        callers = [Caller(*await asyncio.open_connection("127.0.0.1", self._port)) for _ in range(_CONNECTIONS)]

        async def drive(caller: Caller, taken: Iterator[int]) -> None:
            for _ in taken:
                await act(caller, next(self._numbers))

        started = time.perf_counter()
        await asyncio.gather(*(drive(caller, numbers) for caller in callers))
        while await connection.fetchval("SELECT count(*) FROM decision.decision") < before + count:
            if time.perf_counter() > started + _GIVE_UP_SECONDS:
                raise SystemExit("not every application was decided in time")
            await asyncio.sleep(0.02)
        lasted = time.perf_counter() - started
        for caller in callers:
            caller.close()
        await connection.close()
        return count / lasted

    async def apply(self, caller: Caller, number: int) -> None:
        """Send an application that is complete."""
        await self._submit(caller, number)

    async def apply_with_document(self, caller: Caller, number: int) -> None:
        """Send an application that lacks a document, and the document."""
        answer = await self._submit(caller, number)
        party = json.loads(answer.body)["party_id"]
        path = f"/v1/parties/{party}/documents?type=income_proof"
        raw = self._post(path, f"document-{number}", _pdf(number), "application/pdf")
        stored = await caller.send(raw)
        if stored.status != 201:
            raise SystemExit(f"a document was answered with {stored.status}: {stored.body[:300]!r}")

    async def _submit(self, caller: Caller, number: int) -> Answer:
        body = {
            "product": _PRODUCT,
            "party": {"external_ref": f"p{self._run}-{number}", "kind": "person"},
            "requested": {"amount_minor": 100_00 * (5 + number % 60), "currency": "DEM"},
            "facts": self._facts[number % 200],
        }
        raw = self._post("/v1/applications", f"application-{number}", json.dumps(body).encode(), "application/json")
        answer = await caller.send(raw)
        if answer.status != 202:
            raise SystemExit(f"an application was answered with {answer.status}: {answer.body[:300]!r}")
        return answer

    def _post(self, path: str, key: str, body: bytes, content_type: str) -> bytes:
        lines = (
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {content_type}",
            f"Authorization: Bearer {self._key}",
            f"Idempotency-Key: {self._run}-{key}",
            f"Content-Length: {len(body)}",
            "",
            "",
        )
        return "\r\n".join(lines).encode() + body


def _pdf(number: int) -> bytes:
    """Return a small PDF that no other applicant hands in."""
    padding = os.urandom(1024 * (1 + number % 4)).hex().encode()
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% " + padding + b"\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def _publish(found: Platform, needs: dict[str, Any]) -> None:
    """Publish the product with what it needs, and wait until intake has heard of it."""
    catalogue = PROJECT / "deploy" / "catalogue"
    document = yaml.safe_load((catalogue / "products" / f"{_PRODUCT}.yaml").read_text())
    folder = found.state / f"catalogue-{time.monotonic_ns()}"
    (folder / "products").mkdir(parents=True)
    (folder / "products" / f"{_PRODUCT}.yaml").write_text(yaml.safe_dump({**document, "needs": needs}))
    keys = Keys(*(found.credentials.api_keys[client] for client in ("policy-author", "policy-approver")))
    at = Addresses(found.url("intake"), found.url("scoring"), found.url("decision"))
    load_catalogue(folder, at, keys, lambda _words: None)
    # A process goes on with what was live for a quarter of a second.
    time.sleep(1.0)
