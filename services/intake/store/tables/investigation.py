"""Consents, sources that were asked, and their reports."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("consent_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("scope", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("proof", pg.BYTEA, nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("revoked_by", sa.Text),
    sa.Column("revocation", pg.BYTEA),
    sa.Index("consent_of_party", "party_id", "consent_id"),
)

investigation = sa.Table(
    "investigation",
    metadata,
    sa.Column("application_id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("product", sa.Text, nullable=False),
    # The source whose turn it is; empty while that is still to be found out.
    sa.Column("source", sa.Text, nullable=False, server_default=""),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("inquiry_id", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("reports", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("fallbacks", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("round", sa.Integer, nullable=False, server_default="1"),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.Column("is_cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("investigation_due", "source", "due_at", postgresql_where=sa.text("ended_at IS NULL")),
)

inquiry = sa.Table(
    "inquiry",
    metadata,
    sa.Column("inquiry_id", sa.Text, primary_key=True),
    # What the provider knows the inquiry by: the same when it is asked again after a fall.
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("application_id", sa.Text),
    sa.Column("revision", sa.Integer),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("consent_id", sa.Text),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("inquiry_of_party", "party_id", "inquiry_id"),
)

inquiry_attempt = sa.Table(
    "inquiry_attempt",
    metadata,
    sa.Column("inquiry_id", sa.Text, sa.ForeignKey("inquiry.inquiry_id"), primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("report_id", sa.Text),
    sa.Column("cost_minor", sa.BigInteger),
    sa.Column("currency", sa.Text),
    sa.Column("latency_ms", sa.Integer),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)

report = sa.Table(
    "report",
    metadata,
    sa.Column("report_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("consent_id", sa.Text),
    sa.Column("found", sa.Boolean, nullable=False),
    sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("contents", pg.BYTEA, nullable=False),
    sa.Column("raw", pg.BYTEA, nullable=False),
    sa.Index("report_of_party", "party_id", "source", "received_at"),
)

source_day = sa.Table(
    "source_day",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("currency", sa.Text, primary_key=True),
    sa.Column("asked", sa.BigInteger, nullable=False),
    sa.Column("hits", sa.BigInteger, nullable=False),
    sa.Column("misses", sa.BigInteger, nullable=False),
    sa.Column("faults", sa.BigInteger, nullable=False),
    sa.Column("discarded", sa.BigInteger, nullable=False),
    sa.Column("not_asked", sa.BigInteger, nullable=False),
    sa.Column("reused", sa.BigInteger, nullable=False),
    sa.Column("cost_minor", sa.BigInteger, nullable=False),
)

source_breaker = sa.Table(
    "source_breaker",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("failures", pg.ARRAY(sa.DateTime(timezone=True)), nullable=False),
    sa.Column("retry_at", sa.DateTime(timezone=True)),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)
