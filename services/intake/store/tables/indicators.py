"""Indicators: dated series, their triggers, and reviews that are due."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.parties import party
from services.intake.store.tables.registry import metadata
from shared.tables import NOW

indicator_series = sa.Table(
    "indicator_series",
    metadata,
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

indicator_observation = sa.Table(
    "indicator_observation",
    metadata,
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

indicator_trigger = sa.Table(
    "indicator_trigger",
    metadata,
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

indicator_signal = sa.Table(
    "indicator_signal",
    metadata,
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

review = sa.Table(
    "review",
    metadata,
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
    # One open task for a party and a cause, however often the series comes and goes.
    sa.Index(
        "review_open_once",
        "cause",
        "party_id",
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index("review_by_due", "state", "due_at", "review_id"),
    sa.Index("review_of_party", "party_id", "review_id"),
)

# Whom a series of a country or an industry concerns; parties without are in neither, and cost nothing. Both are ordered
# by bytes (collation C), which alembic does not compare: codes that begin alike lie together.
sa.Index("party_of_country", party.c.country, party.c.party_id, postgresql_where=sa.text("country IS NOT NULL"))
sa.Index("party_of_industry", party.c.industry, party.c.party_id, postgresql_where=sa.text("industry IS NOT NULL"))
