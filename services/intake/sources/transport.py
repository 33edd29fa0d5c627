"""One request to a source and its answer, with a bound on everything that the other side decides: time and size."""

import asyncio
import functools
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from services.intake.sources.port import SourceError, SourceFault

MAX_BYTES: Final = 1_000_000
"""Of an answer, as it travels and unpacked, unless a source is configured otherwise."""

_IDENTITY: Final = frozenset({"", "identity"})
_WINDOW_BITS: Final[Mapping[str, int]] = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_SERVER_AT_FAULT: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Call:
    """A request below the base URL. `path` is encoded already; `body` is sent as JSON where it is there."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status that the source means something by, whole and unpacked."""

    status: int
    body: bytes


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Return the root certificates; reading them takes longer than an answer, so all sources share them."""
    return httpx.create_ssl_context(trust_env=False)


class Transport:
    """HTTP to one host."""

    def __init__(
        self,
        base_url: str,
        timeout_seconds: float,
        *,
        media_type: str,
        concurrency: int = 8,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._media_type = media_type
        self._max_bytes = max_bytes
        self._timeouts = {"timeout": httpx.Timeout(timeout_seconds).as_dict()}
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        # The transport and not a client: it follows no redirect, looks for no proxy and keeps no cookie.
        self._http = httpx.AsyncHTTPTransport(_certificates(), trust_env=False, limits=limits)

    async def send(self, call: Call, meaningful: frozenset[int] = frozenset({200})) -> Answer:
        """Return the answer when its status is `meaningful`; raises `SourceError` for everything else."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._send(call, meaningful)
        except (TimeoutError, httpx.TimeoutException):
            raise SourceError(SourceFault.TIMEOUT) from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise SourceError(SourceFault.UNREACHABLE, type(error).__name__) from None

    async def _send(self, call: Call, meaningful: frozenset[int]) -> Answer:
        headers = {"accept": self._media_type, "accept-encoding": "gzip, deflate", **call.headers}
        if call.body is not None:
            headers["content-type"] = "application/json"
        url = httpx.URL(self._base_url + call.path, params=call.query or None)
        request = httpx.Request(call.method, url, headers=headers, content=call.body, extensions=self._timeouts)
        response = await self._http.handle_async_request(request)
        try:
            check_status(response.status_code, meaningful)
            self._check_head(response.headers)
            coding = response.headers.get("content-encoding", "").strip().lower()
            body = await unpacked(response.aiter_raw(), coding, self._max_bytes)
            return Answer(response.status_code, body)
        finally:
            await response.aclose()

    def _check_head(self, headers: httpx.Headers) -> None:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != self._media_type:
            raise SourceError(SourceFault.MALFORMED, f"the answer is not {self._media_type}")
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > self._max_bytes:
            raise SourceError(SourceFault.TOO_LARGE)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def check_status(status: int, meaningful: frozenset[int]) -> None:
    """Raise `SourceError` for a status that is no answer: what may pass is the server's fault, all else a refusal."""
    if status in meaningful:
        return
    if status >= 500 or status in _SERVER_AT_FAULT:
        raise SourceError(SourceFault.SERVER_ERROR, f"status {status}")
    raise SourceError(SourceFault.REFUSED, f"status {status}")


async def unpacked(chunks: AsyncIterator[bytes], coding: str, max_bytes: int) -> bytes:
    """Return a body without its content coding; raises `SourceError` as soon as either form is above `max_bytes`.

    Nested codings are refused: nobody needs them but who wants a small answer to become a large one.
    """
    if coding in _IDENTITY:
        whole = bytearray()
        async for chunk in chunks:
            whole += chunk
            if len(whole) > max_bytes:
                raise SourceError(SourceFault.TOO_LARGE)
        return bytes(whole)
    if coding not in _WINDOW_BITS:
        raise SourceError(SourceFault.MALFORMED, "the content coding is unknown")
    return await _inflated(chunks, zlib.decompressobj(_WINDOW_BITS[coding]), max_bytes)


async def _inflated(chunks: AsyncIterator[bytes], inflater: "zlib._Decompress", max_bytes: int) -> bytes:
    whole, packed = bytearray(), 0
    async for chunk in chunks:
        packed += len(chunk)
        if packed > max_bytes:
            raise SourceError(SourceFault.TOO_LARGE)
        try:
            whole += inflater.decompress(chunk, max_bytes - len(whole) + 1)
        except zlib.error:
            raise SourceError(SourceFault.MALFORMED, "the content coding is broken") from None
        if len(whole) > max_bytes:
            raise SourceError(SourceFault.TOO_LARGE)
    if not inflater.eof or inflater.unused_data:
        raise SourceError(SourceFault.MALFORMED, "the content coding is broken")
    return bytes(whole)
