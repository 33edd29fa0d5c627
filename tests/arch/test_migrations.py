"""Migrations lead to the tables that the code knows, and back."""

import asyncio

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from services.migrate import SCHEMAS, SERVICES, directory, migrate
from shared import migrations
from shared.db import async_url
from tests.arch.conftest import Site

_STATE = """
    SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
           a.attidentity::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'relation', relname, relkind::text, relacl::text, reloptions::text, NULL, NULL
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'function', proname, prosrc, NULL, NULL, NULL, NULL FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'trigger', c.relname, tgname, pg_get_triggerdef(t.oid), NULL, NULL, NULL
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""


async def state(url: str) -> list[tuple[str | None, ...]]:
    """Return everything that is defined in the schema of the role in `url`."""
    connection = await asyncpg.connect(url)
    rows = [tuple(row) for row in await connection.fetch(_STATE)]
    await connection.close()
    return sorted(rows, key=repr)


def downgrade(url: str, schema: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(directory(schema)))
    config.attributes["url"] = async_url(url)
    command.downgrade(config, "base")


# The bus speaks to its log without SQLAlchemy, so there are no tables in code to compare its schema with.
@pytest.mark.parametrize("service", SERVICES)
async def test_the_tables_that_the_code_knows_are_those_that_migrations_make(platform_site: Site, service: str) -> None:
    url = async_url(platform_site.schemas[service].owner_url)
    await asyncio.to_thread(migrations.check, url, directory(service))


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_schema_comes_out_the_same_after_it_was_taken_back_and_made_again(
    disposable_site: Site, schema: str
) -> None:
    url = disposable_site.schemas[schema].owner_url
    before = await state(url)
    await asyncio.to_thread(downgrade, url, schema)
    left = {row[1] for row in await state(url) if row[0] == "relation"}
    assert left == {"alembic_version", "alembic_version_pkc"}
    await asyncio.to_thread(migrations.upgrade, async_url(url), directory(schema))
    assert await state(url) == before
    assert len(before) > 20


async def test_migrating_again_changes_nothing(platform_site: Site) -> None:
    before = [await state(schema.owner_url) for schema in platform_site.schemas.values()]
    await asyncio.to_thread(migrate, platform_site.admin, platform_site.schemas)
    assert [await state(schema.owner_url) for schema in platform_site.schemas.values()] == before
