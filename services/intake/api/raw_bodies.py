"""Request bodies that are files: read whole, within bounds of size, time and memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import ClientDisconnect, Request

from shared.errors import Kind, Refusal, unavailable

SECONDS: Final = 120.0
"""What a body may take to arrive."""
_DRAIN_BYTES: Final = 32 * 1024 * 1024


class RawBodies:
    """Reads bodies of at most `most_bytes`; all that are in memory at a time have at most `room_bytes`."""

    def __init__(self, most_bytes: int, room_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._room = max(room_bytes, most_bytes)

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """Read a body and hold it while it is worked on.

        Raises `Refusal`: 413 when it is too large, 415 when it is packed, 400 when it takes too long or the client goes
        away, 503 when there is no room for it now.
        """
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            words = "send the content as it is, without Content-Encoding"
            raise Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "unsupported_content_encoding", words)
        size = self._announced(request)
        if size > self._room:
            raise unavailable("busy", "too many files are being sent in; try again")
        self._room -= size
        try:
            async with asyncio.timeout(SECONDS):
                data = await self._whole(request)
            yield data
        except TimeoutError:
            raise Refusal(Kind.MALFORMED, "too_slow", f"a body may take {SECONDS:.0f} seconds") from None
        finally:
            self._room += size

    def _announced(self, request: Request) -> int:
        """Return the memory that a body needs: as much as it says, or as much as it may, unless it is too large."""
        # The server has made sure that it is a number, and that no more than that arrives.
        said = request.headers.get("content-length")
        return self.most_bytes if said is None or int(said) > self.most_bytes else int(said)

    async def _whole(self, request: Request) -> bytes:
        """Return the body.

        Of one that is too large some is read and thrown away, because a client that is still sending would see a broken
        connection instead of the answer.
        """
        parts: list[bytes] = []
        taken = 0
        fits = int(request.headers.get("content-length", "0")) <= self.most_bytes
        try:
            async for part in request.stream():
                taken += len(part)
                fits = fits and taken <= self.most_bytes
                if fits:
                    parts.append(part)
                elif taken > _DRAIN_BYTES:
                    break
                else:
                    parts.clear()
        except ClientDisconnect:
            raise Refusal(Kind.MALFORMED, "client_disconnected", "the client went away") from None
        if not fits:
            raise Refusal(Kind.TOO_LARGE, "body_too_large", f"a file may have {self.most_bytes} bytes")
        return b"".join(parts)
