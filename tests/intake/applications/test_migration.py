"""Applications from before there were states are where they stood, also after going back and forth."""

import asyncio

import asyncpg
from alembic import command
from alembic.config import Config

from services.embedded.postgres import Address
from services.intake.domain.application import Status
from services.intake.store import applications
from services.migrate import directory
from shared import migrations
from shared.db import Database, async_url
from tests.kit.service import migrated

_ADD = (
    "INSERT INTO party (party_id, external_ref, kind) VALUES ('pty_1', 'customer', 'person')",
    "INSERT INTO application (application_id, party_id, product, requested_minor, currency, facts, submitted_at)"
    " SELECT id, 'pty_1', 'loan', 1, 'EUR', '{}', '2026-01-02Z' FROM unnest(ARRAY['app_1', 'app_2']) AS id",
    "UPDATE application SET decision_id = 'dec_1', outcome = 'decline', reasons = '{}', decided_at = '2026-01-03Z'"
    " WHERE application_id = 'app_2'",
)


async def test_an_application_of_before_is_submitted_or_decided_and_came_in_when_it_was_submitted(
    postgres: Address,
) -> None:
    urls = await migrated(postgres, "intake", "intake_before_states")
    await asyncio.to_thread(_downgrade, urls.owner, "0006")
    connection = await asyncpg.connect(urls.owner)
    for statement in _ADD:
        await connection.execute(statement)
    await connection.close()
    await asyncio.to_thread(migrations.upgrade, async_url(urls.owner), directory("intake"))
    db = Database(urls.app)
    try:
        async with db.transaction() as tx:
            found = await applications.find(tx, ["app_1", "app_2"])
    finally:
        await db.close()
    assert {key: entry.status for key, entry in found.items()} == {"app_1": Status.SUBMITTED, "app_2": Status.DECIDED}
    assert all(entry.received_at == entry.submitted_at for entry in found.values())


def _downgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(directory("intake")))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, revision)
