"""Stored decisions as the applications of a backtest, read from the database of the decision service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import duckdb

from services.backtests.engines import Progress, Stopped
from services.backtests.inputs import Grouping, Received, read_decisions
from services.decision.domain.backtest_job import Documents, Period, Plan
from services.decision.handlers.backtesting import BacktestRequest, pin
from shared.db import Database
from shared.products import Product

T = TypeVar("T")

_BEFORE_ALL: Final = datetime(1970, 1, 2, tzinfo=UTC)


def with_database(url: str, use: Callable[[Database], Awaitable[T]]) -> T:
    """Return what `use` makes of the database; raises `Refusal` when it is away."""

    async def opened() -> T:
        db = Database(url, pool_size=1)
        try:
            return await use(db)
        finally:
            await db.close()

    return asyncio.run(opened())


def pinned(url: str, request: BacktestRequest, now: datetime) -> tuple[Plan, Documents]:
    """Return what a backtest asked for at the command line rests on, as it stands now; raises `Refusal`."""

    async def look(db: Database) -> tuple[Plan, Documents]:
        async with db.transaction() as tx:
            return await pin(tx, request, now)

    return with_database(url, look)


def read_period(
    db: duckdb.DuckDBPyConnection,
    url: str,
    product: Product,
    period: Period,
    segments: Sequence[str],
    progress: Progress,
    stopped: Stopped,
) -> Received:
    """Read the decisions of a period into `application`, told by facts that are segments.

    Raises `InputError` when there are none, `Cancelled`, and `Refusal` when the database is away.
    """

    async def read(database: Database) -> Received:
        return await read_decisions(
            db,
            database,
            product,
            period.since or _BEFORE_ALL,
            period.until,
            segments={name: Grouping(fact=name) for name in segments},
            progress=progress,
            stopped=stopped,
        )

    return with_database(url, read)


def words(period: Period) -> str:
    """Say which decisions are meant."""
    since = "the first one" if period.since is None else f"{period.since:%Y-%m-%d %H:%M} UTC"
    return f"stored decisions from {since} up to {period.until:%Y-%m-%d %H:%M} UTC"
