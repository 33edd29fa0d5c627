"""All five schemas in one database, as in production."""

import asyncio
from dataclasses import dataclass

import asyncpg
import pytest

from services.embedded.postgres import Address
from services.migrate import SCHEMAS, Schema, migrate


@dataclass(frozen=True, slots=True)
class Site:
    """A database with every schema migrated."""

    admin: str
    schemas: dict[str, Schema]


async def site(postgres: Address, database: str) -> Site:
    """Create a database and migrate every schema in it."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {database}")
    await admin.close()
    made = Site(
        postgres.url(database=database),
        {
            name: Schema(
                postgres.url(f"{name}_owner", database=database), postgres.url(f"{name}_app", database=database)
            )
            for name in SCHEMAS
        },
    )
    await asyncio.to_thread(migrate, made.admin, made.schemas)
    return made


@pytest.fixture(scope="session")
async def platform_site(postgres: Address) -> Site:
    """A database for tests that leave its schemas as they are."""
    return await site(postgres, "arch_tests")


@pytest.fixture(scope="session")
async def disposable_site(postgres: Address) -> Site:
    """A database whose schemas a test may drop."""
    return await site(postgres, "migration_tests")
