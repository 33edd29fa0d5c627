"""Tables for challengers, shadow runs and the performance of credit that was granted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "experiment",
        sa.Column("experiment_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("trial", pg.JSON, nullable=False),
        sa.Column("buckets", pg.JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("breaches", pg.JSON),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("count_until", sa.Text),
        # What runs is asked for by every process four times a second; what has ended only grows.
        sa.Index("experiment_running", "product", "test", unique=True, postgresql_where=sa.text("ended_at IS NULL")),
    )
    op.create_table(
        "arm_tally",
        sa.Column("experiment_id", sa.Text, primary_key=True),
        sa.Column("arm", sa.Text, primary_key=True),
        sa.Column("policy_version", sa.Text, primary_key=True),
        sa.Column("policy_hash", sa.Text, primary_key=True),
        sa.Column("outcome", sa.Text, primary_key=True),
        sa.Column("decided", sa.BigInteger, nullable=False),
        sa.Column("limit_minor", sa.Numeric, nullable=False),
    )
    op.create_table(
        "performance",
        sa.Column("decision_id", sa.Text, sa.ForeignKey("decision.decision_id"), primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("arm", sa.Text),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("bad", sa.Boolean, nullable=False),
        sa.Column("reported_by", sa.Text, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        sa.Index("performance_of_arm", "product", "arm", "decision_id", postgresql_include=["bad"]),
    )
    op.create_table(
        "shadow",
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("position", sa.Text, nullable=False),
    )
    op.create_table(
        "shadow_result",
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("decision_id", sa.Text, primary_key=True),
        sa.Column("differs", pg.JSON, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("grade", sa.Text),
        sa.Column("approved_minor", sa.BigInteger),
        sa.Column("rate", sa.Numeric),
        sa.Column("reasons", pg.JSON),
        sa.Column("error", sa.Text),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        # Examples are sought among those that differ, newest first; most don't.
        sa.Index(
            "shadow_result_differing",
            "version_id",
            "decision_id",
            postgresql_where=sa.text("error IS NOT NULL OR json_array_length(differs) > 0"),
        ),
    )
    op.create_table(
        "shadow_tally",
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("live_outcome", sa.Text, primary_key=True),
        sa.Column("shadow_outcome", sa.Text, primary_key=True),
        sa.Column("decided", sa.BigInteger, nullable=False),
        sa.Column("differing", sa.BigInteger, nullable=False),
        sa.Column("live_minor", sa.Numeric, nullable=False),
        sa.Column("shadow_minor", sa.Numeric, nullable=False),
    )
    tables.for_app_role("REVOKE UPDATE ON shadow_result FROM %I")


def downgrade() -> None:
    for table in ("shadow_tally", "shadow_result", "shadow", "performance", "arm_tally", "experiment"):
        op.drop_table(table)
