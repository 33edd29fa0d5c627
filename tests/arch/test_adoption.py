"""Documents that were published before they had a life cycle become versions, the newest of each name live."""

import asyncio

import asyncpg
from alembic import command
from alembic.config import Config

from services.embedded.postgres import Address
from services.migrate import directory
from shared import migrations
from shared.db import async_url
from tests.arch.conftest import site

_ENTRIES = [
    ("product", "loan", 1, "ada"),
    ("product", "loan", 2, "ben"),
    ("policy", "loan", 1, "ada"),
]
_ADD = """
    INSERT INTO catalogue_entry (kind, name, revision, hash, document, published_by, published_at)
    VALUES ($1, $2, $3, $4, '{}', $5, '2026-01-01'::timestamptz + make_interval(days => $3))
"""


def _to_revision(url: str, service: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(directory(service)))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, revision)


async def _adopted(postgres: Address, service: str, before: str, database: str) -> asyncpg.Connection:
    """Return a connection to a service's schema that had documents when it got its life cycle."""
    made = await site(postgres, database)
    url = made.schemas[service].owner_url
    await asyncio.to_thread(_to_revision, url, service, before)
    connection = await asyncpg.connect(url)
    for kind, name, revision, publisher in _ENTRIES:
        await connection.execute(_ADD, kind, name, revision, f"{kind}{revision}", publisher)
    await asyncio.to_thread(migrations.upgrade, async_url(url), directory(service))
    return connection


async def test_every_document_of_decision_becomes_a_version_and_the_newest_stays_live(postgres: Address) -> None:
    connection = await _adopted(postgres, "decision", "0002", "adoption_decision")
    versions = await connection.fetch("SELECT kind, number, state, approved_hash FROM version ORDER BY kind, number")
    assert [tuple(row) for row in versions] == [
        ("policy", 1, "live", "policy1"),
        ("product", 1, "retired", "product1"),
        ("product", 2, "live", "product2"),
    ]
    live = await connection.fetch(
        "SELECT a.kind, a.revision, a.actor, v.number FROM activation a JOIN version v USING (version_id) ORDER BY 1"
    )
    assert [tuple(row) for row in live] == [("policy", 1, "ada", 1), ("product", 2, "ben", 2)]
    assert await connection.fetchval("SELECT count(*) FROM version_event WHERE action = 'adopt'") == 3
    assert await connection.fetchval("SELECT count(*) FROM version_editor") == 3
    await connection.close()


async def test_copies_of_products_are_not_governed_where_they_are_copies(postgres: Address) -> None:
    for service, before in (("scoring", "0001"), ("intake", "0002")):
        connection = await _adopted(postgres, service, before, f"adoption_{service}")
        live = await connection.fetch("SELECT kind, revision, version_id FROM activation ORDER BY kind")
        assert [tuple(row) for row in live] == [("policy", 1, None), ("product", 2, None)]
        await connection.close()
