"""Observed outcomes, decisions heard of, and what was measured of models."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "outcome",
        sa.Column("application_id", sa.Text, primary_key=True),
        sa.Column("definition", sa.Text, primary_key=True),
        sa.Column("window_months", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("observed_on", sa.Date, nullable=False),
        sa.Column("bad", sa.Boolean, nullable=False),
        sa.Column("days_past_due", sa.Integer),
        sa.Column("reported_by", sa.Text, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
    )
    op.create_table(
        "decided",
        sa.Column("decision_id", sa.Text, primary_key=True),
        sa.Column("application_id", sa.Text, nullable=False, index=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "monitoring_report",
        sa.Column("report_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("model_version", sa.Integer, nullable=False),
        sa.Column("model_hash", sa.Text, nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("performance_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled", sa.Boolean, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("figures", pg.JSON, nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Index("monitoring_report_model", "model_hash", "scheduled", "report_id"),
    )
    op.create_table(
        "monitoring_alarm",
        sa.Column("model_hash", sa.Text, primary_key=True),
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("report_id", sa.Text, nullable=False),
    )
    # Reports read scores by when they were given, and rows arrive in that order: a block range index costs writers
    # nothing.
    op.create_index("score_scored_at", "score", ["scored_at"], postgresql_using="brin")
    for table in ("outcome", "decided", "monitoring_report"):
        tables.for_app_role(f"REVOKE UPDATE ON {table} FROM %I")


def downgrade() -> None:
    op.drop_index("score_scored_at", "score")
    for table in ("monitoring_alarm", "monitoring_report", "decided", "outcome"):
        op.drop_table(table)
