"""Legal holds, and what was exported or erased."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

legal_hold = sa.Table(
    "legal_hold",
    metadata,
    sa.Column("hold_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("reason", pg.BYTEA, nullable=False),
    sa.Column("placed_by", sa.Text, nullable=False),
    sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("released_by", sa.Text),
    sa.Column("released_at", sa.DateTime(timezone=True)),
    sa.Column("release_reason", pg.BYTEA),
    sa.Index("legal_hold_of_party", "party_id", "hold_id"),
    sa.Index("legal_hold_in_force", "party_id", postgresql_where=sa.text("released_at IS NULL")),
)

privacy_access = sa.Table(
    "privacy_access",
    metadata,
    sa.Column("access_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("accessed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("privacy_access_of_party", "party_id", "access_id"),
)

# Nothing of a person but ids, so that it may stay for good.
erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("records", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("grounds", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Index("erasure_of_party", "party_id", "erasure_id"),
)
