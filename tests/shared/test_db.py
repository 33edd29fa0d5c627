"""Which faults of the database pass, and what callers learn of them."""

import logging

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.embedded.processes import free_port
from shared.db import Database, is_transient
from shared.errors import Kind, Refusal

SECRET = "Erika Mustermann"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        PoolTimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.AdminShutdownError("shutting down"),
        asyncpg.CrashShutdownError("crashed"),
        asyncpg.TooManyConnectionsError("full"),
        asyncpg.DiskFullError("full"),
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.SerializationError("conflict"),
        asyncpg.LockNotAvailableError("locked"),
        asyncpg.QueryCanceledError("statement timeout"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_these_may_succeed_when_tried_again(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("twice"),
        asyncpg.CheckViolationError("too much"),
        asyncpg.ForeignKeyViolationError("no party"),
        asyncpg.UndefinedTableError("no table"),
        asyncpg.InsufficientPrivilegeError("not allowed"),
        asyncpg.NumericValueOutOfRangeError("too large"),
        asyncpg.UntranslatableCharacterError("NUL"),
        asyncpg.exceptions.ClientConfigurationError("no such option"),
        ValueError(),
        KeyError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_these_fail_however_often_they_are_tried(error: Exception) -> None:
    assert not is_transient(error)


async def test_work_against_a_stopped_server_is_refused_as_unavailable() -> None:
    db = Database(f"postgresql://intake_app@127.0.0.1:{free_port()}/nowhere")
    with pytest.raises(Refusal) as refused:
        async with db.transaction() as tx:
            await tx.execute(text("SELECT 1"))
    assert (refused.value.kind, refused.value.code) == (Kind.UNAVAILABLE, "database_unavailable")
    await db.close()


async def test_connections_that_died_while_idle_are_refusals_and_then_replaced(
    db: Database, rival_db: Database
) -> None:
    async with db.transaction() as tx:
        pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with rival_db.transaction() as tx:
        await tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with pytest.raises(Refusal):
        async with db.transaction() as tx:
            await tx.execute(text("SELECT 1"))
    async with db.transaction() as tx:
        assert (await tx.execute(text("SELECT 1"))).scalar_one() == 1


async def test_a_parameter_that_fits_no_column_fails_however_often_it_is_tried(db: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with db.transaction() as tx:
            await tx.execute(text("SELECT CAST(:value AS bigint)"), {"value": 2**70})
    assert not is_transient(raised.value)


FAULTS = {
    "a unique key": ("INSERT INTO party VALUES ('pty_1', :value, 'person'), ('pty_2', :value, 'person')", SECRET),
    "a row that lacks something": ("INSERT INTO party (party_id, external_ref) VALUES ('pty_1', :value)", SECRET),
    "a malformed number": ("SELECT CAST(CAST(:value AS text) AS integer)", SECRET),
    "malformed JSON": ("SELECT CAST(CAST(:value AS text) AS json)", SECRET),
    "a field of a JSON row": (
        "SELECT * FROM json_to_recordset(CAST(:value AS json)) AS r(number integer)",
        f'[{{"number": "{SECRET}"}}]',
    ),
    "a parameter of the wrong type": ("SELECT CAST(:value AS integer)", SECRET),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_error_of_the_database_shows_no_value_in_logs(
    db: Database, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    statement, value = FAULTS[fault]
    with pytest.raises(DBAPIError) as raised:
        async with db.transaction() as tx:
            await tx.execute(text(statement), {"value": value})
    logging.getLogger("tests").error("failed", exc_info=raised.value)
    assert "sqlalchemy" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in str(raised.value)


async def test_an_error_of_the_database_still_says_what_was_violated(db: Database) -> None:
    statement, value = FAULTS["a unique key"]
    with pytest.raises(IntegrityError, match="party_external_ref_key"):
        async with db.transaction() as tx:
            await tx.execute(text(statement), {"value": value})
