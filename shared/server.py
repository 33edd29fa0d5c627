"""Runs an ASGI application as one process, and the long-running tasks of a worker inside one."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any, Final, cast

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger()

_DRAIN_SECONDS: Final = 10
# Longer than load balancers and HTTP clients keep an idle connection (60 s or less): the side that closes first should
# not be ours, or a request that is on its way at that moment fails.
_KEEP_ALIVE_SECONDS: Final = 75


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then finish what is under way and exit with 0."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=_Protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        # Nothing here depends on the client's address.
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        backlog=4096,
    )
    # Uvicorn stops gracefully and then raises the signal once more; a stop that was asked for is no failure.
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, _leave)
    uvicorn.Server(config).run()


class _Protocol(HttpToolsProtocol):
    """Uvicorn's protocol, writing an answer at once: head and body apart cost a system call and a packet each."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Speak through a transport that gathers what is written."""
        super().connection_made(cast(asyncio.Transport, _Gathering(cast(asyncio.Transport, transport))))


class _Gathering:
    """A transport that writes at the end of the loop's turn what was written in it, or when it is closed."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._written: list[bytes] = []
        self._call_soon = asyncio.get_running_loop().call_soon

    def write(self, data: bytes) -> None:
        if not self._written:
            self._call_soon(self._flush)
        self._written.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._written:
            written = b"".join(self._written)
            self._written.clear()
            self._transport.write(written)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def settle_garbage_collector() -> None:
    """Take everything made at start-up out of the garbage collector's sight.

    A full collection over the imported modules pauses a busy service for 80 ms; frozen, for 1 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 1_000)


Task = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def background(tasks: Mapping[str, Task]) -> AsyncIterator[None]:
    """Run `tasks` for the length of the block; one that ends in an error is started again after a pause."""
    running = [asyncio.create_task(_keep_running(name, task), name=name) for name, task in tasks.items()]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _keep_running(name: str, task: Task) -> None:
    while True:
        try:
            await task()
        except Exception as error:
            log.error("task_failed", task=name, exc_info=error)
        await asyncio.sleep(1)
