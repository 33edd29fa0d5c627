"""The tables every service has in its own schema: outbox, inbox, idempotency, dead letters, catalogue.

`platform_tables` describes them for SQLAlchemy; `create_v1` is what the first migration of each service runs, frozen.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

NOW = sa.text("now()")


def platform_tables(metadata: sa.MetaData) -> None:
    """Add the platform's tables to a service's metadata."""
    sa.Table("outbox", metadata, *_outbox())
    sa.Table("inbox", metadata, *_inbox())
    sa.Table("idempotency", metadata, *_idempotency())
    sa.Table("dead_letter", metadata, *_dead_letter())
    sa.Table("catalogue_entry", metadata, *_catalogue_entry())


def create_v1() -> None:
    """Create the platform's tables in the schema that the migrating role works in."""
    op.create_table("outbox", *_outbox())
    op.create_table("inbox", *_inbox())
    op.create_table("idempotency", *_idempotency())
    op.create_table("dead_letter", *_dead_letter())
    op.create_table("catalogue_entry", *_catalogue_entry())
    # Old keys are swept.
    for_app_role("GRANT DELETE ON idempotency TO %I")
    for_app_role("REVOKE UPDATE ON catalogue_entry FROM %I")


def drop_v1() -> None:
    """Undo `create_v1`."""
    for table in ("catalogue_entry", "dead_letter", "idempotency", "inbox", "outbox"):
        op.drop_table(table)


def for_app_role(statement: str) -> None:
    """Run a GRANT or REVOKE in which `%I` stands for the app role of the schema being migrated."""
    op.execute(f"DO $$ BEGIN EXECUTE format('{statement}', current_schema() || '_app'); END $$")


def _outbox() -> list[sa.schema.SchemaItem]:
    """The columns `id, aggregatetype, aggregateid, type, payload` are the defaults of Debezium's event router."""
    return [
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("aggregatetype", sa.Text, nullable=False),
        sa.Column("aggregateid", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", pg.JSON, nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        # Pending rows are found by flag and not by `seq > last`: one that commits late is never skipped.
        sa.Index("outbox_pending", "seq", postgresql_where=sa.text("published_at IS NULL")),
    ]


def _inbox() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    ]


def _idempotency() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("client", sa.Text, primary_key=True),
        sa.Column("route", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", pg.BYTEA, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("body", pg.BYTEA, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        # Only the sweep reads by age, and rows arrive in that order: a block range index costs writers nothing.
        sa.Index("idempotency_created_at", "created_at", postgresql_using="brin"),
    ]


def _dead_letter() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("headers", pg.JSONB, nullable=False),
        sa.Column("value", pg.BYTEA, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("replayed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("consumer", "topic", "partition", "position", name="dead_letter_once"),
    ]


def _catalogue_entry() -> list[sa.schema.SchemaItem]:
    """Documents are kept as JSON text, so that what was hashed is what is stored."""
    return [
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("document", pg.JSON, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    ]
