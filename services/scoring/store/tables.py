"""Scoring's tables, as its migrations leave them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.governance.tables import governance_tables
from shared.tables import NOW, platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
governance_tables(metadata)

score = sa.Table(
    "score",
    metadata,
    sa.Column("score_id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.Text, nullable=False, index=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("facts", pg.JSON, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("model_version", sa.Integer),
    sa.Column("model_hash", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("pd", sa.Numeric(7, 6)),
    sa.Column("points", pg.JSON),
    sa.Column("reasons", pg.JSON),
    sa.Column("failure", sa.Text),
    sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("score_scored_at", "scored_at", postgresql_using="brin"),
)

outcome = sa.Table(
    "outcome",
    metadata,
    sa.Column("application_id", sa.Text, primary_key=True),
    sa.Column("definition", sa.Text, primary_key=True),
    sa.Column("window_months", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("observed_on", sa.Date, nullable=False),
    sa.Column("bad", sa.Boolean, nullable=False),
    sa.Column("days_past_due", sa.Integer),
    sa.Column("reported_by", sa.Text, nullable=False),
    sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)

decided = sa.Table(
    "decided",
    metadata,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.Text, nullable=False, index=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
)

monitoring_report = sa.Table(
    "monitoring_report",
    metadata,
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

monitoring_alarm = sa.Table(
    "monitoring_alarm",
    metadata,
    sa.Column("model_hash", sa.Text, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("report_id", sa.Text, nullable=False),
)
