"""Applications."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata

application = sa.Table(
    "application",
    metadata,
    sa.Column("application_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, sa.ForeignKey("party.party_id"), nullable=False, index=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("requested_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("decision_id", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("reasons", pg.ARRAY(sa.Text)),
    sa.Column("grade", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("approved_minor", sa.BigInteger),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("account_id", sa.Text),
    sa.Column("limit_minor", sa.BigInteger),
    sa.Column("rate", sa.Numeric),
    sa.Column("conditions", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("other_terms", pg.JSON, nullable=False, server_default="{}"),
)
