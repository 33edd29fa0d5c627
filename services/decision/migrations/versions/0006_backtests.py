"""Backtests as jobs, and their reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "backtest",
        sa.Column("backtest_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("plan", pg.JSON, nullable=False),
        sa.Column("documents", pg.JSON, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("phase", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("rows_done", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("rows_total", sa.BigInteger),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("cause", pg.JSON),
        sa.Column("summary", pg.JSON),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="backtest_state"),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="backtest_lease"),
    )
    op.create_index(
        "backtest_open", "backtest", ["backtest_id"], postgresql_where=sa.text("state IN ('queued', 'running')")
    )
    op.create_table(
        "backtest_report",
        sa.Column("backtest_id", sa.Text, sa.ForeignKey("backtest.backtest_id"), primary_key=True),
        sa.Column("document", pg.BYTEA, nullable=False),
        sa.Column("html", pg.BYTEA, nullable=False),
    )
    tables.for_app_role("REVOKE UPDATE ON backtest_report FROM %I")


def downgrade() -> None:
    op.drop_table("backtest_report")
    op.drop_table("backtest")
