"""Decisions, and the platform's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create_v1()
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Text, primary_key=True),
        sa.Column("application_id", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("requested_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("facts", pg.JSON, nullable=False),
        sa.Column("score", pg.JSON),
        sa.Column("policy_name", sa.Text),
        sa.Column("policy_version", sa.Text),
        sa.Column("policy_hash", sa.Text),
        sa.Column("revisions", pg.JSON, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("grade", sa.Text),
        sa.Column("approved_minor", sa.BigInteger),
        sa.Column("rate", sa.Numeric),
        sa.Column("queue", sa.Text),
        sa.Column("reasons", pg.JSON, nullable=False),
        sa.Column("trace", pg.JSON, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(
        "decision_one_per_application",
        "decision",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("application_id IS NOT NULL"),
    )
    tables.for_app_role("REVOKE UPDATE ON decision FROM %I")


def downgrade() -> None:
    op.drop_table("decision")
    tables.drop_v1()
