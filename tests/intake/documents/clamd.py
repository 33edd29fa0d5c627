"""A clamd of our own: a TCP server that speaks INSTREAM (clamd(8)) and knows one virus."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.intake.documents.contents import EICAR


@dataclass(slots=True)
class FakeClamd:
    """Keeps what it scanned. `most_bytes` is its `StreamMaxLength`; a `silent` one takes content and hangs up."""

    port: int = 0
    most_bytes: int = 30_000_000
    silent: bool = False
    scanned: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What the setting says."""
        return f"tcp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            data = bytearray()
            while size := struct.unpack(">I", await reader.readexactly(4))[0]:
                data += await reader.readexactly(size)
                if len(data) > self.most_bytes:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    await writer.drain()
                    return
            if self.silent:
                return
            self.scanned.append(bytes(data))
            writer.write(b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def clamd(port: int = 0, *, most_bytes: int = 30_000_000, silent: bool = False) -> AsyncIterator[FakeClamd]:
    """Run a scanner, on a free port unless one is given."""
    fake = FakeClamd(most_bytes=most_bytes, silent=silent)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", port)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        await server.wait_closed()
