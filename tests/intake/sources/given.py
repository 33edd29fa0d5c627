"""Providers of all sorts: the sandbox, and servers that answer whatever bytes a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from services.intake.domain.party import Address, Identifier, PartyKind
from services.intake.sources import ConfiguredSource, Inquiry, SourceError, SourceFault, load

NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KEY: Final = {"THE_KEY": "a key of the bureau", "THE_USER": "a user"}


def inquiry(
    *identifiers: tuple[str, str], kind: PartyKind = PartyKind.PERSON, name: str = "Ada Example", **fields: Any
) -> Inquiry:
    """Return a question about somebody."""
    known: dict[str, Any] = {
        "reference": "inq_1",
        "party_id": "pty_1",
        "kind": kind,
        "name": name,
        "identifiers": tuple(Identifier(*entry) for entry in identifiers),
        "address": Address(("1 Main Street",), "Springfield", "12345", "US"),
        "date_of_birth": date(1980, 2, 29),
        "purpose": "credit_assessment",
        "consent_id": "cns_1",
    }
    return Inquiry(**{**known, **fields})


PERSON: Final = inquiry(("us-ssn", "123456789"))
COMPANY: Final = inquiry(("us-ein", "123456789"), kind=PartyKind.COMPANY, name="Example Corporation")

BUREAU: Final = {"type": "consumer-bureau", "key": {"variable": "THE_KEY"}, "currency": "USD"}
REGISTRY: Final = {
    "type": "company-registry",
    "user": {"variable": "THE_USER"},
    "password": {"variable": "THE_KEY"},
    "schemes": ["us-ein", "lei"],
    "currency": "USD",
}
MAPPING: Final = {
    "type": "mapping",
    "request": {
        "method": "GET",
        "path": "/people/{identifier.us-ssn}/incomes",
        "query": {"name": "{name}"},
        "headers": {"Authorization": {"prefix": "Bearer ", "variable": "THE_KEY"}},
    },
    "answer": {"facts": {"income": {"pointer": "/income", "type": "money", "currency": "USD"}}},
}


def configured(folder: Path, entry: dict[str, Any], base_url: str, **more: Any) -> ConfiguredSource:
    """Return the source of a file with this one entry."""
    path = folder / "sources.yaml"
    path.write_text(yaml.safe_dump({"sources": {"the-source": {**entry, "base_url": base_url, **more}}}))
    return load(path, KEY)["the-source"]


@dataclass
class Provider:
    """A server that answers every request with the same bytes, in the pieces given, and keeps what it was asked."""

    url: str
    asked: list[bytes] = field(default_factory=list)
    sent: int = 0


@asynccontextmanager
async def provider(pieces: Iterable[bytes], hold: asyncio.Event | None = None) -> AsyncIterator[Provider]:
    """Serve `pieces` to whoever asks, then close; where there is an event to `hold` for, wait for it before closing."""
    kept = Provider("")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        kept.asked.append(head + await reader.readexactly(length))
        try:
            for piece in pieces:
                writer.write(piece)
                kept.sent += len(piece)
                await writer.drain()
            if hold is not None:
                await hold.wait()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    kept.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield kept
    finally:
        if hold is not None:
            hold.set()
        server.close()
        await server.wait_closed()


def http(body: bytes, *headers: str, status: str = "200 OK", media_type: str = "application/json") -> bytes:
    """Return the bytes of an answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"Content-Type: {media_type}"] if media_type else []
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


async def fault_of(source: ConfiguredSource, asked: Inquiry) -> SourceError:
    """Return the fault of a question that has no answer."""
    try:
        await source.source.ask(asked)
    except SourceError as error:
        return error
    finally:
        await source.source.close()
    raise AssertionError("the source answered")


def reading(read: Callable[[bytes], Any], body: bytes) -> SourceFault:
    """Return the fault of an answer that can't be read."""
    try:
        read(body)
    except SourceError as error:
        return error.fault
    raise AssertionError("the answer was read")
