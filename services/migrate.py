"""Prepares a database: roles and schemas as an administrator, then each schema's migrations as its owner."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

from shared import migrations
from shared.db import async_url, driver_url

PROJECT: Final = Path(__file__).resolve().parents[1]
SERVICES: Final = ("intake", "scoring", "decision", "limits")
ROLES: Final = ("api", "worker")
SCHEMAS: Final = (*SERVICES, "bus")


@dataclass(frozen=True, slots=True)
class Schema:
    """The connection URLs of a schema's owner, who migrates it, and of its app role, which runs the service."""

    owner_url: str
    app_url: str


def migrate(admin_url: str, schemas: Mapping[str, Schema]) -> None:
    """Create roles and schemas, set the passwords that the URLs name, and migrate every schema to its newest form.

    Safe to run again and while services run. Must not be called inside an event loop. Raises asyncpg's errors when
    the administrator may not create roles, Alembic's when a migration fails.
    """
    asyncio.run(_prepare(admin_url, schemas))
    for name, schema in schemas.items():
        migrations.upgrade(async_url(schema.owner_url), directory(name))


def directory(schema: str) -> Path:
    """Return where the migrations of a schema are."""
    return PROJECT / ("shared" if schema == "bus" else "services") / schema / "migrations"


async def _prepare(admin_url: str, schemas: Mapping[str, Schema]) -> None:
    connection = await asyncpg.connect(driver_url(admin_url), timeout=10)
    try:
        await connection.execute((PROJECT / "deploy" / "sql" / "roles.sql").read_text())
        for schema in schemas.values():
            for url in (schema.owner_url, schema.app_url):
                role = make_url(url)
                # ALTER ROLE takes no parameters; PostgreSQL itself quotes the names.
                statement = await connection.fetchval(
                    "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role.username, role.password
                )
                await connection.execute(statement)
    finally:
        await connection.close()
