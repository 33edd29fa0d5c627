"""Documents, and references that others gave."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("document_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("digest", pg.BYTEA, nullable=False),
        sa.Column("details", pg.BYTEA, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("pending_since", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("scan_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('pending', 'scanning', 'clean', 'infected', 'unscanned')", name="document_state_known"
        ),
        sa.UniqueConstraint("party_id", "type", "digest", name="document_once"),
        sa.Index("document_of_party", "party_id", "document_id"),
        sa.Index("document_pending", "pending_since", postgresql_where=sa.text("state = 'pending'")),
        sa.Index("document_to_scan", "scan_at", postgresql_where=sa.text("state = 'scanning'")),
    )
    op.create_table(
        "document_use",
        sa.Column("application_id", sa.Text, primary_key=True),
        sa.Column("document_id", sa.Text, primary_key=True, index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table(
        "file_removal",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW, index=True),
    )
    op.create_table(
        "reference",
        sa.Column("reference_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("details", pg.BYTEA, nullable=False),
        sa.Column("replaces", sa.Text, unique=True),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("kind IN ('trade', 'bank')", name="reference_kind_known"),
        sa.Index("reference_of_party", "party_id", "reference_id"),
    )
    # Uploads that were never completed, and what is erased or has outlived its purpose.
    for_app_role("GRANT DELETE ON document, document_use, file_removal TO %I")
    for_app_role("REVOKE UPDATE ON document_use FROM %I")
    for_app_role("REVOKE UPDATE ON reference FROM %I")


def downgrade() -> None:
    for table in ("reference", "file_removal", "document_use", "document"):
        op.drop_table(table)
