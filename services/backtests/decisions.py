"""Stored decisions as the applications of a backtest, read from the database of the decision service."""

import asyncio
from datetime import datetime

import asyncpg
import duckdb

from services.backtests.inputs import Received, read_decisions
from services.backtests.inputs.stored import name
from services.decision.domain.backtest_job import Documents, Plan
from services.decision.handlers.backtesting import BacktestRequest, pin
from shared.db import Database, driver_url, is_transient
from shared.errors import unavailable
from shared.products import Product


def pinned(url: str, request: BacktestRequest, now: datetime) -> tuple[Plan, Documents]:
    """Return what a backtest asked for at the command line rests on, as it stands now; raises `Refusal`."""

    async def look() -> tuple[Plan, Documents]:
        db = Database(url, pool_size=1)
        try:
            async with db.transaction() as tx:
                return await pin(tx, request, now)
        finally:
            await db.close()

    return asyncio.run(look())


def read_plan(db: duckdb.DuckDBPyConnection, url: str, product: Product, plan: Plan) -> Received:
    """Read the decisions of a plan into `application`; raises `InputError`, or `Refusal` when the database is away."""

    async def read() -> Received:
        connection = await asyncpg.connect(driver_url(url), timeout=10)
        try:
            return await read_decisions(db, connection, product, plan.period.since, plan.period.until)
        finally:
            connection.terminate()

    try:
        received = asyncio.run(read())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if is_transient(error):
            raise unavailable("database_unavailable", "the database is not available; try again") from error
        raise
    for fact in plan.segments:
        db.execute(f"ALTER TABLE application ADD COLUMN {name(f'segment:{fact}')} VARCHAR")
        db.execute(f"UPDATE application SET {name(f'segment:{fact}')} = CAST({name(fact)} AS VARCHAR)")  # noqa: S608
    return received


def words(plan: Plan) -> str:
    """Say which decisions a plan is about."""
    since = "the first one" if plan.period.since is None else f"{plan.period.since:%Y-%m-%d %H:%M} UTC"
    return f"stored decisions from {since} up to {plan.period.until:%Y-%m-%d %H:%M} UTC"
