"""Credit checks and the rules they go by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import for_app_role

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "check_rule",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", pg.JSON, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("revision > 0", name="revision_positive"),
    )
    op.create_table(
        "credit_check",
        sa.Column("check_id", sa.Text, primary_key=True),
        # No foreign key: it would lock accounts in the order of the checks, against those who lock them by id.
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("doc_type", sa.Text, nullable=False),
        sa.Column("doc_id", sa.Text, nullable=False),
        sa.Column("doc_version", sa.BigInteger),
        sa.Column("copied_from", pg.ARRAY(sa.Text)),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("reservation_id", sa.Text),
        sa.Column("facts", pg.JSON, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("steps", pg.JSON, nullable=False),
        sa.Column("released_by_hold", sa.Text),
        sa.Column("excluded_by", sa.Text),
        sa.Column("rule_product", sa.Text, nullable=False),
        sa.Column("rule_revision", sa.Integer, nullable=False),
        sa.Column("rule_hash", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('ok', 'warn', 'block')", name="verdict_known"),
        sa.CheckConstraint("checkpoint IN ('order', 'delivery', 'goods_issue')", name="checkpoint_known"),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
        sa.CheckConstraint("released_by_hold IS NULL OR verdict = 'ok'", name="released_is_ok"),
        sa.Index("credit_check_of_account", "account_id", "check_id"),
        sa.Index("credit_check_of_document", "source", "doc_type", "doc_id", "check_id"),
    )
    for table in ("check_rule", "credit_check"):
        for_app_role(f"REVOKE UPDATE ON {table} FROM %I")


def downgrade() -> None:
    op.drop_table("credit_check")
    op.drop_table("check_rule")
