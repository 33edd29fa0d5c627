"""Credit accounts, their entries and reservations, and the platform's tables."""

import sqlalchemy as sa
from alembic import op

from shared import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create_v1()
    op.create_table(
        "account",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("limit_minor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("posted_minor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("reserved_minor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        # Written by limit changes only, so that a fault in reserving can't commit more than was granted.
        sa.Column("commitment_cap_minor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("limit_decision_id", sa.Text),
        sa.Column("limit_decided_at", sa.DateTime(timezone=True)),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        sa.UniqueConstraint("party_id", "product", "currency", name="account_once"),
        sa.CheckConstraint("limit_minor >= 0", name="limit_not_negative"),
        sa.CheckConstraint("posted_minor >= 0", name="posted_not_negative"),
        sa.CheckConstraint("reserved_minor >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("posted_minor + reserved_minor <= commitment_cap_minor", name="never_oversold"),
    )
    op.create_table(
        "reservation",
        sa.Column("reservation_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("captured_minor", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
        sa.CheckConstraint("captured_minor BETWEEN 0 AND amount_minor", name="captured_within_amount"),
        sa.CheckConstraint("state IN ('reserved', 'declined', 'captured', 'released', 'expired')", name="state_known"),
        # Whoever locks an account looks for what has run out on it; the sweeper looks for what has run out anywhere.
        sa.Index("reservation_open", "account_id", "expires_at", postgresql_where=sa.text("state = 'reserved'")),
        sa.Index("reservation_due", "expires_at", postgresql_where=sa.text("state = 'reserved'")),
    )
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("limit_delta", sa.BigInteger, nullable=False),
        sa.Column("reserved_delta", sa.BigInteger, nullable=False),
        sa.Column("posted_delta", sa.BigInteger, nullable=False),
        sa.Column("decision_id", sa.Text),
        sa.Column("reservation_id", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("account_id", "version", name="entry_in_order"),
        sa.Index("entry_of_decision", "decision_id", unique=True, postgresql_where=sa.text("decision_id IS NOT NULL")),
    )
    tables.for_app_role("REVOKE UPDATE ON entry FROM %I")


def downgrade() -> None:
    for table in ("entry", "reservation", "account"):
        op.drop_table(table)
    tables.drop_v1()
