"""LISTEN on PostgreSQL channels, reconnecting for ever."""

import asyncio
import random
from collections.abc import Callable, Mapping

import asyncpg
import structlog

from shared.db import driver_url

log = structlog.get_logger()

OnNotice = Callable[[str], None]
"""Called on the event loop with the payload of a notice; must not block."""


async def listen(url: str, channels: Mapping[str, OnNotice]) -> None:
    """Pass notices of `channels` to their callbacks until cancelled.

    A notice may be lost while the connection is away, so listeners poll slowly as well; after every reconnect each
    callback is called once with an empty payload.
    """
    while True:
        try:
            await _listen_once(driver_url(url), channels)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("listen_interrupted", cause=type(error).__name__)
        await asyncio.sleep(0.2 + random.random() * 0.3)  # noqa: S311 - jitter, not a secret


async def _listen_once(url: str, channels: Mapping[str, OnNotice]) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _connection: closed.set())
        for channel, on_notice in channels.items():
            await connection.add_listener(channel, lambda _c, _p, _ch, payload, call=on_notice: call(payload))
        for on_notice in channels.values():
            on_notice("")
        await closed.wait()
    finally:
        connection.terminate()
