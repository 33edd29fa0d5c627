"""Scoring's tables, as its migrations leave them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.experiments.tables import experiment_tables
from shared.governance.tables import governance_tables
from shared.tables import NOW, platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
governance_tables(metadata)
experiment_tables(metadata)

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
    sa.Column("party_id", sa.Text),
    sa.Column("arm", sa.Text),
    sa.Column("grade", sa.Text),
    sa.Column("valid_until", sa.DateTime(timezone=True)),
    sa.Column("inputs_hash", sa.Text),
    sa.Index("score_scored_at", "scored_at", postgresql_using="brin"),
    sa.Index("score_of_arm", "product", "arm", "score_id", postgresql_where=sa.text("arm IS NOT NULL")),
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

sa.Table(
    "arm_tally",
    metadata,
    sa.Column("experiment_id", sa.Text, primary_key=True),
    sa.Column("arm", sa.Text, primary_key=True),
    sa.Column("model_version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("model_hash", sa.Text, primary_key=True),
    sa.Column("scored", sa.BigInteger, nullable=False),
    sa.Column("failed", sa.BigInteger, nullable=False),
    sa.Column("score_sum", sa.Numeric, nullable=False),
    sa.Column("square_sum", sa.Numeric, nullable=False),
)
sa.Table(
    "shadow_score",
    metadata,
    sa.Column("version_id", sa.Text, primary_key=True),
    sa.Column("score_id", sa.Text, primary_key=True),
    sa.Column("score", sa.Integer),
    sa.Column("pd", sa.Numeric(7, 6)),
    sa.Column("grade", sa.Text),
    sa.Column("reasons", pg.JSON),
    sa.Column("failure", sa.Text),
    sa.Column("differs", pg.JSON, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index(
        "shadow_score_differing", "version_id", "score_id", postgresql_where=sa.text("json_array_length(differs) > 0")
    ),
)
sa.Table(
    "shadow_tally",
    metadata,
    sa.Column("version_id", sa.Text, nullable=False),
    sa.Column("live_band", sa.Integer),
    sa.Column("shadow_band", sa.Integer),
    sa.Column("answered", sa.BigInteger, nullable=False),
    sa.Column("differing", sa.BigInteger, nullable=False),
    sa.Column("same_reasons", sa.BigInteger, nullable=False),
    sa.Column("same_first_reason", sa.BigInteger, nullable=False),
    sa.Column("live_sum", sa.Numeric, nullable=False),
    sa.Column("shadow_sum", sa.Numeric, nullable=False),
    sa.Column("distance_sum", sa.Numeric, nullable=False),
    sa.UniqueConstraint(
        "version_id", "live_band", "shadow_band", name="shadow_tally_cell", postgresql_nulls_not_distinct=True
    ),
)
