"""Decision's tables, as its migrations leave them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.governance.tables import governance_tables
from shared.tables import platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
governance_tables(metadata)

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
)
# The backstop of "exactly one decision per application", should an event ever get past the inbox twice.
sa.Index(
    "decision_one_per_application",
    decision.c.application_id,
    unique=True,
    postgresql_where=decision.c.application_id.is_not(None),
)
