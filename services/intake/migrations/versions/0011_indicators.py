"""Indicators: dated series, their triggers, and reviews that are due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _series()
    _triggers()
    op.create_table(
        "review",
        sa.Column("review_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("assignee", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("closed_by", sa.Text),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("note", pg.BYTEA),
        sa.Index("review_by_due", "state", "due_at", "review_id"),
        sa.Index("review_of_party", "party_id", "review_id"),
    )
    op.create_index(
        "review_open_once",
        "review",
        ["cause", "party_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
    for column in ("country", "industry"):
        op.create_index(
            f"party_of_{column}",
            "party",
            [sa.text(f'{column} COLLATE "C"'), "party_id"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def _series() -> None:
    op.create_table(
        "indicator_series",
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("label_zh", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("frequency", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("codes", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("scale", sa.SmallInteger, nullable=False),
        sa.Column("stale_after_days", sa.Integer, nullable=False),
        sa.Column("fact", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index("indicator_series_of_facts", "fact", postgresql_where=sa.text("fact IS NOT NULL")),
    )
    op.create_table(
        "indicator_observation",
        sa.Column("statement", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("series", sa.Text, sa.ForeignKey("indicator_series.series"), nullable=False),
        sa.Column("observed_on", sa.Date, nullable=False),
        sa.Column("value", sa.Numeric(28, 10), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index(
            "indicator_observation_latest",
            "series",
            sa.text("observed_on DESC"),
            sa.text("published_at DESC"),
            sa.text("statement DESC"),
        ),
    )
    # What was published stays: a correction is another row.
    for_app_role("REVOKE UPDATE ON indicator_observation FROM %I")


def _triggers() -> None:
    op.create_table(
        "indicator_trigger",
        sa.Column("series", sa.Text, sa.ForeignKey("indicator_series.series"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("threshold", sa.Numeric(28, 10), nullable=False),
        sa.Column("hysteresis", sa.Numeric(28, 10), nullable=False),
        sa.Column("periods", sa.SmallInteger, nullable=False),
        sa.Column("review_within_days", sa.Integer),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_fired", sa.Boolean, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table(
        "indicator_signal",
        sa.Column("signal_id", sa.Text, primary_key=True),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("observed_on", sa.Date, nullable=False),
        sa.Column("value", sa.Numeric(28, 10), nullable=False),
        sa.Column("reference", sa.Numeric(28, 10), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_due_at", sa.DateTime(timezone=True)),
        sa.Column("is_spread", sa.Boolean, nullable=False),
        sa.Column("spread_code", sa.Integer, nullable=False, server_default="0"),
        sa.Column("spread_key", sa.Text, nullable=False, server_default=""),
        sa.Column("spread_party", sa.Text, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["series", "name"], ["indicator_trigger.series", "indicator_trigger.name"]),
        sa.UniqueConstraint("series", "name", "observed_on", name="indicator_signal_once"),
        sa.Index("indicator_signal_to_spread", "signal_id", postgresql_where=sa.text("NOT is_spread")),
    )


def downgrade() -> None:
    for column in ("industry", "country"):
        op.drop_index(f"party_of_{column}", "party")
    for table in ("review", "indicator_signal", "indicator_trigger", "indicator_observation", "indicator_series"):
        op.drop_table(table)
