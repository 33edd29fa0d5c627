"""What the role that runs a service can't do, whatever its code says."""

import asyncpg
import pytest

from services.migrate import SCHEMAS, SERVICES
from tests.arch.conftest import Site

FORBIDDEN = [
    "CREATE TABLE intruder (id integer)",
    "CREATE VIEW intruder AS SELECT 1",
    "CREATE FUNCTION intruder() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA intruder",
    "CREATE ROLE intruder",
    "CREATE TABLE public.intruder (id integer)",
    "ALTER TABLE outbox DISABLE TRIGGER ALL",
    "ALTER TABLE outbox ADD COLUMN intruder integer",
    "DROP TABLE outbox",
    "DROP INDEX outbox_pending",
    "TRUNCATE outbox",
    "TRUNCATE idempotency",
    "DELETE FROM outbox",
    "DELETE FROM inbox",
    "DELETE FROM dead_letter",
    "DELETE FROM catalogue_entry",
    "UPDATE catalogue_entry SET published_by = 'nobody'",
]
FORBIDDEN_OF = {
    "intake": ["DELETE FROM application", "DELETE FROM party", "TRUNCATE application CASCADE"],
    "scoring": ["DELETE FROM score", "TRUNCATE score"],
    "decision": ["DELETE FROM decision", "UPDATE decision SET outcome = 'approve'", "TRUNCATE decision"],
    "limits": [
        "DELETE FROM entry",
        "UPDATE entry SET posted_delta = 0",
        "DELETE FROM account",
        "DELETE FROM reservation",
        "TRUNCATE entry",
    ],
    "bus": ["CREATE TABLE intruder (id integer)", "TRUNCATE log", "DROP TABLE log", "DELETE FROM head"],
}
CASES = [(service, statement) for service in SERVICES for statement in FORBIDDEN] + [
    (schema, statement) for schema, statements in FORBIDDEN_OF.items() for statement in statements
]


@pytest.mark.parametrize(("schema", "statement"), CASES)
async def test_the_role_that_runs_a_service_is_refused(platform_site: Site, schema: str, statement: str) -> None:
    connection = await asyncpg.connect(platform_site.schemas[schema].app_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_no_role_of_a_service_reaches_the_tables_of_another(platform_site: Site, schema: str) -> None:
    roles = platform_site.schemas[schema]
    for url in (roles.app_url, roles.owner_url):
        connection = await asyncpg.connect(url)
        try:
            for other in set(SCHEMAS) - {schema}:
                table = "log" if other == "bus" else "outbox"
                for statement in (
                    f"SELECT * FROM {other}.{table}",
                    f"INSERT INTO {other}.{table} DEFAULT VALUES",
                    f"CREATE TABLE {other}.intruder (id integer)",
                ):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await connection.execute(statement)
        finally:
            await connection.close()


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_no_role_of_a_service_has_special_powers(platform_site: Site, schema: str) -> None:
    connection = await asyncpg.connect(platform_site.admin)
    try:
        powers = await connection.fetch(
            """
            SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS special,
                   EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS member
            FROM pg_roles r WHERE rolname = ANY($1)
            """,
            [f"{schema}_owner", f"{schema}_app"],
        )
    finally:
        await connection.close()
    assert [tuple(row) for row in powers] == [(False, False), (False, False)]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_works_in_its_own_schema_without_naming_it(platform_site: Site, service: str) -> None:
    connection = await asyncpg.connect(platform_site.schemas[service].app_url)
    try:
        assert await connection.fetchval("SELECT current_schemas(false)") == [service]
        assert await connection.fetchval("SELECT version_num FROM alembic_version") is not None
    finally:
        await connection.close()
