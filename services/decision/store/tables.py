"""Decision's tables, as its migrations leave them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.experiments.tables import experiment_tables
from shared.governance.tables import governance_tables
from shared.tables import NOW, platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
governance_tables(metadata)
experiment_tables(metadata)

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.Text),
    sa.Column("reference", sa.Text),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("requested_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("facts", pg.JSON, nullable=False),
    sa.Column("score", pg.JSON),
    sa.Column("policy_name", sa.Text),
    sa.Column("policy_version", sa.Text),
    sa.Column("policy_hash", sa.Text),
    sa.Column("revisions", pg.JSON, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("grade", sa.Text),
    sa.Column("approved_minor", sa.BigInteger),
    sa.Column("rate", sa.Numeric),
    sa.Column("other_terms", pg.JSON, nullable=False, server_default="{}"),
    sa.Column("conditions", pg.JSON, nullable=False, server_default="[]"),
    sa.Column("queue", sa.Text),
    sa.Column("reasons", pg.JSON, nullable=False),
    sa.Column("trace", pg.JSON, nullable=False),
    sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    # What stands below is null in decisions that were made before it was kept; `arm` also where no test was running.
    # JSON text, so that what was hashed is what is stored.
    sa.Column("inputs", pg.JSON),
    sa.Column("inputs_hash", sa.Text),
    sa.Column("engine_version", sa.Text),
    sa.Column("software_version", sa.Text),
    sa.Column("fallbacks", pg.JSON),
    sa.Column("actor", sa.Text),
    sa.Column("latency_microseconds", sa.BigInteger),
    sa.Column("arm", sa.Text),
    sa.Column("pinned", sa.Boolean),
)
# The backstop of "exactly one decision per submission", should an event ever get past the inbox twice. An application
# that is amended is submitted anew.
sa.Index(
    "decision_one_per_submission",
    decision.c.application_id,
    decision.c.submitted_at,
    unique=True,
    postgresql_where=decision.c.application_id.is_not(None),
)

backtest = sa.Table(
    "backtest",
    metadata,
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
# What waits and what runs is looked for every second; what is over only grows.
sa.Index("backtest_open", backtest.c.backtest_id, postgresql_where=sa.text("state IN ('queued', 'running')"))

backtest_report = sa.Table(
    "backtest_report",
    metadata,
    sa.Column("backtest_id", sa.Text, sa.ForeignKey("backtest.backtest_id"), primary_key=True),
    sa.Column("document", pg.BYTEA, nullable=False),
    sa.Column("html", pg.BYTEA, nullable=False),
)

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("upload_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("sha256", sa.Text),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("complete", sa.Boolean, nullable=False, server_default="false"),
    sa.CheckConstraint("NOT complete OR sha256 IS NOT NULL", name="upload_complete"),
)

upload_chunk = sa.Table(
    "upload_chunk",
    metadata,
    sa.Column("upload_id", sa.Text, sa.ForeignKey("upload.upload_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("bytes", pg.BYTEA, nullable=False),
)

sa.Table(
    "arm_tally",
    metadata,
    sa.Column("experiment_id", sa.Text, primary_key=True),
    sa.Column("arm", sa.Text, primary_key=True),
    sa.Column("policy_version", sa.Text, primary_key=True),
    sa.Column("policy_hash", sa.Text, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("decided", sa.BigInteger, nullable=False),
    sa.Column("limit_minor", sa.Numeric, nullable=False),
)
sa.Table(
    "performance",
    metadata,
    sa.Column("decision_id", sa.Text, sa.ForeignKey("decision.decision_id"), primary_key=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("arm", sa.Text),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("bad", sa.Boolean, nullable=False),
    sa.Column("reported_by", sa.Text, nullable=False),
    sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("performance_of_arm", "product", "arm", "decision_id", postgresql_include=["bad"]),
)
sa.Table(
    "shadow_result",
    metadata,
    sa.Column("version_id", sa.Text, primary_key=True),
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("differs", pg.JSON, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("grade", sa.Text),
    sa.Column("approved_minor", sa.BigInteger),
    sa.Column("rate", sa.Numeric),
    sa.Column("reasons", pg.JSON),
    sa.Column("error", sa.Text),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    # Examples are sought among those that differ, newest first; most don't.
    sa.Index(
        "shadow_result_differing",
        "version_id",
        "decision_id",
        postgresql_where=sa.text("error IS NOT NULL OR json_array_length(differs) > 0"),
    ),
)
sa.Table(
    "shadow_tally",
    metadata,
    sa.Column("version_id", sa.Text, primary_key=True),
    sa.Column("live_outcome", sa.Text, primary_key=True),
    sa.Column("shadow_outcome", sa.Text, primary_key=True),
    sa.Column("decided", sa.BigInteger, nullable=False),
    sa.Column("differing", sa.BigInteger, nullable=False),
    sa.Column("live_minor", sa.Numeric, nullable=False),
    sa.Column("shadow_minor", sa.Numeric, nullable=False),
)
