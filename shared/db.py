"""PostgreSQL: engines, transactions, and the difference between "try again" and "broken".

The search path of a role names the one schema it works in, so shared SQL (`outbox`, `inbox`, `idempotency`) stands
unqualified and each service reaches its own tables only.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg
from pydantic_core import to_json
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.errors import unavailable

Transaction = AsyncConnection
"""An open transaction, passed explicitly. Whoever opened it commits; nobody below does."""

_CLOCK: Final = text("SELECT clock_timestamp()")
_TRANSIENT_SQLSTATES = (
    "08",  # connection exception
    "40001",  # serialization failure
    "40P01",  # deadlock detected
    "53",  # insufficient resources: too many connections, disk full
    "55P03",  # lock not available
    "57P",  # operator intervention: shutdown, crash, starting up
    "57014",  # statement timeout
)


def async_url(url: str) -> str:
    """Return `url` with the asyncpg driver, whatever driver it names."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def driver_url(url: str) -> str:
    """Return `url` as asyncpg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def rows_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as the JSON text that `json_to_recordset` reads: one parameter, however many rows and columns.

    A value may be a pydantic model, a datetime or a Decimal (written as a string, so that nothing is lost).
    """
    return to_json(rows).decode()


async def driver(tx: Transaction) -> asyncpg.Connection:
    """Return asyncpg's own connection under a transaction that has begun, for statements of many parameters or rows.

    SQLAlchemy's rows cost several times as much as the driver's. (It begins a transaction with its first statement,
    and the driver would commit by itself before that.)
    """
    connection = (await tx.get_raw_connection()).driver_connection
    assert connection is not None
    if not connection.is_in_transaction():
        await tx.exec_driver_sql("SELECT")
    return connection


async def copy_rows(tx: Transaction, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a table by COPY, whose cost per row is a fraction of an INSERT's: nothing is planned or converted.

    A value is given as asyncpg takes it for its column.
    """
    await (await driver(tx)).copy_records_to_table(table, columns=columns, records=rows)


async def clock(tx: Transaction) -> datetime:
    """Return the time by the database's clock, which all processes share.

    It goes on while a transaction waits for a lock, as the time of the transaction doesn't: ask after locking, so that
    whoever comes later is later.
    """
    now: datetime = (await tx.execute(_CLOCK)).scalar_one()
    return now


class Database:
    """The connection pool of one service and role."""

    def __init__(self, url: str, *, pool_size: int = 8, statement_timeout_seconds: int = 15) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            # Statement parameters hold facts about people; they stay out of error texts and so out of logs.
            hide_parameters=True,
            connect_args={
                "timeout": 5,
                "server_settings": {
                    "statement_timeout": f"{statement_timeout_seconds}s",
                    "idle_in_transaction_session_timeout": "30s",
                    "timezone": "UTC",
                    # Plans of a few set-based statements gain nothing from compilation and pay for it at each parse.
                    "jit": "off",
                    # Every statement of a service finds its rows by key. A plan that was made, and kept, while a table
                    # was small would go on reading all of it when it is large; the plan by key is good at any size.
                    "enable_seqscan": "off",
                    "enable_hashjoin": "off",
                    "enable_mergejoin": "off",
                },
            },
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that commits at the end of the block and rolls back on any error.

        Raises `Refusal(UNAVAILABLE, "database_unavailable")` for faults that pass: whether the commit took effect is
        then unknown, and the caller's idempotency key settles it.
        """
        try:
            async with self.engine.begin() as connection:
                yield connection
        except (DBAPIError, OSError, PoolTimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if is_transient(error):
                raise unavailable("database_unavailable", "the database is not available; try again") from error
            _remove_values(error)
            raise

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def is_transient(error: BaseException) -> bool:
    """Tell whether the same work may succeed later: connection lost, server restarting, deadlock, no room.

    After a restart SQLAlchemy lets some `OSError`s through unwrapped, so these count as well.
    """
    if isinstance(error, OSError | PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    driver = _driver_error(error)
    if isinstance(driver, asyncpg.InterfaceError) or isinstance(error, InterfaceError):
        # A parameter that fits no column is an InterfaceError too, and a ValueError besides.
        return not isinstance(driver, ValueError)
    return _sqlstate(error).startswith(_TRANSIENT_SQLSTATES)


def _driver_error(error: BaseException) -> BaseException:
    """Return asyncpg's own error, which SQLAlchemy wraps twice."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return error
    return error.orig.__cause__ or error.orig


def _sqlstate(error: BaseException) -> str:
    return getattr(_driver_error(error), "sqlstate", None) or ""


def _remove_values(error: BaseException) -> None:
    """Take what people told us out of `error` and its causes: error texts end up in logs and dead letters.

    PostgreSQL's DETAIL quotes keys and whole rows. Its data exceptions (SQLSTATE class 22) and asyncpg's complaints
    about a parameter quote the value itself. Names of constraints and the statement stay.
    """
    state = _sqlstate(error)
    quotes_value = state.startswith("22") or isinstance(_driver_error(error), ValueError)
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, asyncpg.PostgresError | asyncpg.InterfaceError):
            link.detail = None
        if quotes_value:
            link.args = (f"a value does not fit its type (SQLSTATE {state or 'of the driver'})",)
        link = link.__cause__
