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
    sa.Index("party_merged_into", "merged_into", postgresql_where=sa.text("merged_into IS NOT NULL")),
)

party_change = sa.Table(
    "party_change",
    metadata,
    sa.Column("change_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("other_party_id", sa.Text),
    sa.Column("detail", pg.BYTEA),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("party_change_of_party", "party_id", "change_id"),
)

ownership = sa.Table(
    "ownership",
    metadata,
    sa.Column("ownership_id", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.Text, sa.ForeignKey("party.party_id"), nullable=False, index=True),
    sa.Column("owned_id", sa.Text, sa.ForeignKey("party.party_id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("share", sa.Numeric(7, 4)),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("stated_by", sa.Text, nullable=False),
    sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.CheckConstraint("owner_id <> owned_id", name="ownership_of_another"),
    sa.CheckConstraint("valid_to >= valid_from", name="ownership_dates_in_order"),
    sa.CheckConstraint(
        "CASE kind WHEN 'ownership' THEN coalesce(share > 0 AND share <= 100, false) ELSE share IS NULL END",
        name="ownership_share",
    ),
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
