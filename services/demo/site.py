"""The running platform as its clients see it: addresses, keys, and calls that are repeated until they are answered."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from services.demo.errors import DemoError
from services.embedded.platform import Platform

IN_FLIGHT: Final = 32
"""Calls at a time. An applicant's call ends with the decision, so that latency is not the length of a queue."""

PATIENCE_SECONDS: Final = 60.0
_ANSWER_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.2
_MAX_PAUSE_SECONDS: Final = 2.0
_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Site:
    """Base URLs by service and API keys by client."""

    urls: Mapping[str, str]
    keys: Mapping[str, str]

    @classmethod
    def of(cls, platform: Platform) -> "Site":
        """Return the site of a started platform."""
        urls = {service: platform.url(service) for service in ("intake", "scoring", "decision", "limits")}
        return cls(urls, platform.credentials.api_keys)


Lines = asyncio.Queue[httpx.AsyncClient]
"""The connections that are not in use."""


@asynccontextmanager
async def lines() -> AsyncIterator[Lines]:
    """Open `IN_FLIGHT` connections.

    Each is a client of its own: a shared pool searches all its connections at every call, which at this number costs
    more than the call.
    """
    # Everything is on this machine and in plain HTTP; without this each client would load all root certificates.
    no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    free: Lines = asyncio.Queue()
    async with AsyncExitStack() as stack:
        for _ in range(IN_FLIGHT):
            client = httpx.AsyncClient(verify=no_tls, timeout=_ANSWER_SECONDS, trust_env=False)
            free.put_nowait(await stack.enter_async_context(client))
        yield free


class Caller:
    """Calls the services' APIs as one of the platform's clients (`los`, `crm`)."""

    def __init__(self, site: Site, client: str, free: Lines) -> None:
        self._site = site
        self._lines = free
        self._headers = {"authorization": f"Bearer {site.keys[client]}"}

    async def get(self, service: str, path: str, **query: str | int) -> dict[str, Any]:
        """Return the answer to a GET."""
        return await self._call("GET", service, path, {}, params=query)

    async def post(
        self, service: str, path: str, body: Mapping[str, object], *, key: str | None = None, wait_seconds: int = 0
    ) -> dict[str, Any]:
        """Return the answer to a POST; `key` is its Idempotency-Key, the same whenever the call is repeated."""
        headers = {} if key is None else {"idempotency-key": key}
        if wait_seconds:
            headers["prefer"] = f"wait={wait_seconds}"
        return await self._call("POST", service, path, headers, json=body)

    async def pages(self, service: str, path: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the items of a list, newest first, page by page."""
        query: dict[str, str | int] = {"limit": _PAGE}
        while True:
            page = await self.get(service, path, **query)
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    async def _call(
        self, method: str, service: str, path: str, headers: Mapping[str, str], **arguments: Any
    ) -> dict[str, Any]:
        """Call until there is an answer: what was cut off or answered 503 is asked again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        url = self._site.urls[service] + path
        while True:
            pause = _PAUSE_SECONDS
            try:
                response = await self._request(method, url, headers={**self._headers, **headers}, **arguments)
            except httpx.TransportError as error:
                words = f"{service} does not answer ({type(error).__name__})"
            else:
                if response.is_success:
                    answer: dict[str, Any] = response.json()
                    return answer
                words = f"{service} answered {response.status_code} to {method} {path}: {response.text[:300]}"
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    raise DemoError(words)
                pause = _retry_after(response)
            if time.monotonic() > deadline:
                raise DemoError(words)
            await asyncio.sleep(pause)

    async def _request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        line = await self._lines.get()
        try:
            return await line.request(method, url, **arguments)
        finally:
            self._lines.put_nowait(line)


def _retry_after(response: httpx.Response) -> float:
    given = response.headers.get("retry-after", "")
    return min(float(given), _MAX_PAUSE_SECONDS) if given.isdigit() else _PAUSE_SECONDS
