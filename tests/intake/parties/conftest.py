"""Intake beside a limits service that says what a test has it say."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.embedded.credentials import CLIENTS
from services.intake.app import create_app
from services.intake.settings import Settings
from tests.kit.service import platform_settings


@dataclass(slots=True)
class Limits:
    """A limits service: the accounts of each party, or what it does instead of answering."""

    url: str = ""
    accounts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    delay_seconds: float = 0
    keys: set[str] = field(default_factory=set)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.keys |= {line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("authorization")}
        (party_id,) = parse_qs(urlsplit(head.split(" ")[1]).query)["party_id"]
        await asyncio.sleep(self.delay_seconds)
        body = self.body if self.body is not None else json.dumps({"items": self.accounts.get(party_id, [])}).encode()
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
        writer.write(body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def limits() -> AsyncIterator[Limits]:
    """A limits service over real HTTP."""
    found = Limits()
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    found.url = f"http://{host}:{port}"
    yield found
    server.close()


@pytest.fixture
def app(settings: Settings, limits: Limits, tmp_path: Path) -> FastAPI:
    """The API process; the key of each development client is the client's name."""
    asked = {"limits_url": limits.url, "limits_key": SecretStr("intake-service"), "exposure_currencies": "EUR"}
    return create_app(settings.model_copy(update=asked), platform_settings(tmp_path, CLIENTS))
