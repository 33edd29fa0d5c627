"""Runs backtests as the decision worker does, and waits for what becomes of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from services.decision.domain.backtest_job import FINAL
from services.decision.handlers import supervising
from services.decision.handlers.supervising import Bounds
from shared.db import Database


@asynccontextmanager
async def worker(url: str, bounds: Bounds) -> AsyncIterator[None]:
    """Run what waits, in processes of their own, for the length of the block."""
    db = Database(url, pool_size=2)
    task = asyncio.create_task(supervising.supervise(db, bounds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await db.close()


async def until(client: httpx.AsyncClient, location: str, *states: str) -> dict[str, Any]:
    """Return a backtest as soon as it is in one of `states`, or over."""
    found: dict[str, Any] = {}

    async def there() -> bool:
        found.update((await client.get(location)).json())
        return found["state"] in (states or FINAL)

    await eventually(there)
    return found


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds, for a minute at most."""
    for _ in range(1200):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came about")
