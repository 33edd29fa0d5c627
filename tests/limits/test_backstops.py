"""What holds even if the code above it is wrong."""

import asyncio
from dataclasses import replace
from functools import partial

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from services.limits.domain.reservation import Capture, Reserve
from services.limits.handlers import accounts, settling
from services.migrate import directory
from shared import migrations
from shared.batcher import Batcher
from shared.db import Database, async_url
from shared.errors import Refusal
from shared.idempotency import Answer
from tests.kit.service import Urls
from tests.limits import given


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET limit_delta = 1",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "DELETE FROM account",
        "DELETE FROM reservation",
        "ALTER TABLE account DROP CONSTRAINT never_oversold",
    ],
)
async def test_the_service_cannot_rewrite_history(db: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        await given.rows(db, statement)


@pytest.mark.parametrize(
    "change", ["reserved_minor = 1001", "posted_minor = 1001", "posted_minor = 600, reserved_minor = 401"]
)
async def test_the_database_refuses_to_commit_more_than_was_granted(db: Database, change: str) -> None:
    account = await given.account_with(db, 1000)
    with pytest.raises(IntegrityError, match="never_oversold"):
        await given.rows(
            db,
            f"UPDATE account SET {change} WHERE account_id = :account_id RETURNING 1",
            account_id=account.account_id,
        )


async def test_a_poisoned_command_does_not_fail_its_neighbours(db: Database) -> None:
    account = await given.account_with(db, 1000)
    commands: Batcher[settling.Request, Answer] = Batcher("settle", partial(settling.carry_out, db))
    poisoned = given.reserve(account, 100)
    (command,) = poisoned.commands
    assert isinstance(command, Reserve)
    # The edge refuses NUL; a command that got past it fails in the database.
    poisoned = replace(poisoned, commands=(replace(command, reference="\x00"),))

    async def submit(request: settling.Request) -> str:
        try:
            return given.state_of(await commands.submit(request))
        except asyncpg.PostgresError:
            return "failed"

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(submit(request))
            for request in (given.reserve(account, 200), poisoned, given.reserve(account, 300))
        ]
    assert [task.result() for task in tasks] == ["reserved", "failed", "reserved"]
    assert (await accounts.get_account(db, account.account_id)).reserved_minor == 500
    await given.assert_books_balance(db, account.account_id)


async def test_a_refused_command_gives_its_key_back(db: Database) -> None:
    account = await given.account_with(db, 1000)
    (refused,) = await settling.carry_out(db, [given.request(Capture("res_unknown"), "key-1")])
    assert isinstance(refused, Refusal)
    (held,) = await settling.carry_out(db, [given.reserve(account, 10)])
    (captured,) = await settling.carry_out(db, [given.capture(held, key="key-1")])
    assert given.state_of(captured) == "captured"


async def test_tables_and_migrations_say_the_same(urls: Urls) -> None:
    await asyncio.to_thread(migrations.check, async_url(urls.owner), directory("limits"))
