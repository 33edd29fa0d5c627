"""Parties, the keys that their records are sealed with, and what is known of them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

party = sa.Table(
    "party",
    metadata,
    sa.Column("party_id", sa.Text, primary_key=True),
    sa.Column("external_ref", sa.Text, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("status", sa.Text, nullable=False, server_default="active"),
    sa.Column("merged_into", sa.Text),
    sa.Column("business_unit", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("partner", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("industry", sa.Text),
    sa.Column("profile", pg.BYTEA),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)

data_key = sa.Table(
    "data_key",
    metadata,
    sa.Column("subject_id", sa.Text, primary_key=True),
    sa.Column("key_id", sa.Text, nullable=False, index=True),
    sa.Column("wrapped", pg.BYTEA),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("destroyed_at", sa.DateTime(timezone=True)),
)

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("finding_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("record_id", sa.Text, nullable=False),
    sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True)),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("finding_of_party", "party_id", "as_of"),
)
