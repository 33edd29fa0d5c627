"""What has been signalled."""

import sqlalchemy as sa
from alembic import op

from shared import tables

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        sa.CheckConstraint("kind IN ('limit_expiring', 'review_due')", name="signal_kind_known"),
        sa.Index("signal_due", "due_at"),
    )
    tables.for_app_role("REVOKE UPDATE ON signal FROM %I")
    op.create_index(
        "account_review_due", "account", ["review_due_on"], postgresql_where=sa.text("review_due_on IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("account_review_due", "account")
    op.drop_table("signal")
