"""Applications, the record of their moves and submissions, what they are counted by, and their clocks."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

_INSTANT = sa.DateTime(timezone=True)

application = sa.Table(
    "application",
    metadata,
    sa.Column("application_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, sa.ForeignKey("party.party_id"), nullable=False, index=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("requested_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("submitted_at", _INSTANT),
    sa.Column("decision_id", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("reasons", pg.ARRAY(sa.Text)),
    sa.Column("grade", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("approved_minor", sa.BigInteger),
    sa.Column("decided_at", _INSTANT),
    sa.Column("account_id", sa.Text),
    sa.Column("limit_minor", sa.BigInteger),
    sa.Column("rate", sa.Numeric),
    sa.Column("conditions", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("other_terms", pg.JSON, nullable=False, server_default="{}"),
    sa.Column("status", sa.Text, nullable=False, server_default="submitted"),
    sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
    sa.Column("received_at", _INSTANT, nullable=False, server_default=NOW),
    sa.Column("submitted_by", sa.Text),
    sa.Column("moves", sa.Integer, nullable=False, server_default="0"),
    sa.Column("status_reasons", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("missing", pg.JSON, nullable=False, server_default="[]"),
    sa.Column("earlier_application_id", sa.Text),
    sa.Column("earlier_decision_id", sa.Text),
    sa.Column("due_at", _INSTANT),
    sa.Index(
        "application_by_status",
        "status",
        "application_id",
        postgresql_where=sa.text("status NOT IN ('submitted', 'decided')"),
    ),
    sa.Index("application_of_product", "product", "application_id"),
    sa.Index("application_due", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
)

application_move = sa.Table(
    "application_move",
    metadata,
    sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("from_status", sa.Text),
    sa.Column("to_status", sa.Text, nullable=False),
    sa.Column("reasons", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("actor", sa.Text),
    sa.Column("decision_id", sa.Text),
    sa.Column("note", pg.BYTEA),
    sa.Column("moved_at", _INSTANT, nullable=False),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("submitted_at", _INSTANT, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("sources", pg.JSONB, nullable=False),
    sa.Column("fallbacks", pg.ARRAY(sa.Text), nullable=False),
)

application_signal = sa.Table(
    "application_signal",
    metadata,
    sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", pg.BYTEA, nullable=False),
    sa.Column("received_at", _INSTANT, nullable=False),
    sa.Index("application_signal_found", "key", "digest", "received_at"),
)

application_clock = sa.Table(
    "application_clock",
    metadata,
    sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
    sa.Column("term", sa.Text, primary_key=True),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("due_at", _INSTANT),
    sa.Column("time_left", sa.Interval),
    sa.Column("warn_at", _INSTANT),
    sa.Index("application_clock_due", "term", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
    sa.Index("application_clock_warning", "warn_at", postgresql_where=sa.text("warn_at IS NOT NULL")),
)
