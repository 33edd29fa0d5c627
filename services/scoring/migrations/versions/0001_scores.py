"""Scores, and the platform's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create_v1()
    op.create_table(
        "score",
        sa.Column("score_id", sa.Text, primary_key=True),
        sa.Column("application_id", sa.Text, nullable=False, index=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("facts", pg.JSON, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("model_version", sa.Integer),
        sa.Column("model_hash", sa.Text),
        sa.Column("score", sa.Integer),
        sa.Column("pd", sa.Numeric(7, 6)),
        sa.Column("points", pg.JSON),
        sa.Column("reasons", pg.JSON),
        sa.Column("failure", sa.Text),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
    )
    tables.for_app_role("REVOKE UPDATE ON score FROM %I")


def downgrade() -> None:
    op.drop_table("score")
    tables.drop_v1()
