"""The port to a virus scanner, and clamd behind it."""

import asyncio
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

_CHUNK_BYTES: Final = 1 << 18
_CONNECT_SECONDS: Final = 2.0
_SCAN_SECONDS: Final = 20.0
_AT_ONCE: Final = 8
"""Fewer than clamd has threads (`MaxThreads`, 10 unless it is told otherwise), which leaves some to the worker."""
_SIGNATURE: Final = re.compile(r"stream: ([ -~]{1,200}) FOUND")


class ScannerAwayError(Exception):
    """The scanner gave no verdict in time; the content may be scanned later."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner says; `signature` is the name of what it found, None where it found nothing."""

    signature: str | None = None

    @property
    def infected(self) -> bool:
        """Tell whether something was found."""
        return self.signature is not None


class Scanner(Protocol):
    """A virus scanner."""

    async def scan(self, data: bytes) -> Verdict:
        """Return the verdict on content; raises `ScannerAwayError`."""
        ...


def open_scanner(url: str) -> Scanner | None:
    """Return the scanner at `url`, `tcp://host:port` of a clamd, or None for an empty one; raises `ValueError`."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "tcp" or parts.hostname is None or parts.port is None:
        raise ValueError("scanner_url is tcp://host:port, or empty")
    return Clamd(parts.hostname, parts.port)


class Clamd:
    """ClamAV's daemon, spoken to by INSTREAM (clamd(8)): content in pieces, each with its length before it.

    clamd's `StreamMaxLength` must be above the size that documents may have; what is longer waits for a scan forever.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def scan(self, data: bytes) -> Verdict:
        """Return the verdict on content; raises `ScannerAwayError`."""
        try:
            async with self._at_once, asyncio.timeout(_SCAN_SECONDS):
                answer = await self._ask(data)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            raise ScannerAwayError from None
        found = _SIGNATURE.fullmatch(answer)
        if found is not None:
            return Verdict(found[1])
        if answer != "stream: OK":
            raise ScannerAwayError
        return Verdict()

    async def _ask(self, data: bytes) -> str:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            for begin in range(0, len(data), _CHUNK_BYTES):
                piece = data[begin : begin + _CHUNK_BYTES]
                writer.write(struct.pack(">I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return answer.rstrip(b"\0").decode("ascii", "replace")
