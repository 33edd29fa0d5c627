"""Parties of one's own right, the keys that their records are sealed with, and what is known of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0004"
down_revision = "0003"

_NEW = (
    "status",
    "merged_into",
    "business_unit",
    "channel",
    "partner",
    "country",
    "industry",
    "profile",
    "version",
    "updated_at",
)


def upgrade() -> None:
    op.alter_column("party", "external_ref", nullable=True)
    op.add_column("party", sa.Column("status", sa.Text, nullable=False, server_default="active"))
    for name in ("merged_into", "business_unit", "channel", "partner", "country", "industry"):
        op.add_column("party", sa.Column(name, sa.Text))
    op.add_column("party", sa.Column("profile", pg.BYTEA))
    op.add_column("party", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("party", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW))
    op.create_table(
        "data_key",
        sa.Column("subject_id", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False, index=True),
        sa.Column("wrapped", pg.BYTEA),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("destroyed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "finding",
        sa.Column("finding_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("facts", pg.JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index("finding_of_party", "party_id", "as_of"),
    )
    for_app_role("REVOKE UPDATE ON finding FROM %I")


def downgrade() -> None:
    op.drop_table("finding")
    op.drop_table("data_key")
    for name in reversed(_NEW):
        op.drop_column("party", name)
    op.execute("UPDATE party SET external_ref = party_id WHERE external_ref IS NULL")
    op.alter_column("party", "external_ref", nullable=False)
