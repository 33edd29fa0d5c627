"""Limits that were granted before limits had dates keep what they were granted."""

import asyncio
from datetime import UTC, datetime

import asyncpg
from alembic import command
from alembic.config import Config

from services.embedded.postgres import Address
from services.limits.handlers import accounts, granting, settling
from services.migrate import directory
from shared import migrations
from shared.db import Database, async_url
from tests.kit.service import migrated
from tests.limits.given import decision, reserve, state_of

GRANTED = datetime(2026, 3, 1, tzinfo=UTC)


async def test_a_limit_that_stood_before_is_in_force_and_the_next_decision_replaces_it(postgres: Address) -> None:
    urls = await migrated(postgres, "limits", "limits_before_terms")
    await asyncio.to_thread(_downgrade, urls.owner, "0002")
    connection = await asyncpg.connect(urls.owner)
    await connection.execute(
        "INSERT INTO account (account_id, party_id, product, currency, path, limit_minor, limit_basis,"
        " commitment_cap_minor, limit_decision_id, limit_decided_at, version)"
        " VALUES ('acc_1', 'pty_1', 'loan', 'EUR', '{acc_1}', 500, 'set', 500, 'dec_1', $1, 1)",
        GRANTED,
    )
    await connection.close()
    await asyncio.to_thread(migrations.upgrade, async_url(urls.owner), directory("limits"))

    db = Database(urls.app)
    try:
        account = await accounts.get_account(db, "acc_1")
        (held,) = await settling.carry_out(db, [reserve(account, 500)])
        assert state_of(held) == "reserved"
        older = decision(900, party_id="pty_1", product="loan", decided_at=GRANTED.replace(month=2))
        newer = decision(700, party_id="pty_1", product="loan", decided_at=GRANTED.replace(month=4))
        for event, limit_minor in ((older, 500), (newer, 700)):
            await granting.grant_limits(db, [event])
            assert (await accounts.get_account(db, "acc_1")).limit_minor == limit_minor
    finally:
        await db.close()


def _downgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(directory("limits")))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, revision)
