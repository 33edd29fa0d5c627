"""Documents, and references that others gave."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

# `digest` is blind; `details` are sealed, and so is the content, which lies in object storage under the document's id.
document = sa.Table(
    "document",
    metadata,
    sa.Column("document_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("digest", pg.BYTEA, nullable=False),
    sa.Column("details", pg.BYTEA, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("pending_since", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("scan_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint(
        "state IN ('pending', 'scanning', 'clean', 'infected', 'unscanned')", name="document_state_known"
    ),
    sa.UniqueConstraint("party_id", "type", "digest", name="document_once"),
    sa.Index("document_of_party", "party_id", "document_id"),
    sa.Index("document_pending", "pending_since", postgresql_where=sa.text("state = 'pending'")),
    sa.Index("document_to_scan", "scan_at", postgresql_where=sa.text("state = 'scanning'")),
)

document_use = sa.Table(
    "document_use",
    metadata,
    sa.Column("application_id", sa.Text, primary_key=True),
    sa.Column("document_id", sa.Text, primary_key=True, index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)

# What lies in object storage and is to go: a row outlives the crash of whoever wanted to delete it.
file_removal = sa.Table(
    "file_removal",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW, index=True),
)

reference = sa.Table(
    "reference",
    metadata,
    sa.Column("reference_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("taken_on", sa.Date, nullable=False),
    sa.Column("details", pg.BYTEA, nullable=False),
    sa.Column("replaces", sa.Text, unique=True),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.CheckConstraint("kind IN ('trade', 'bank')", name="reference_kind_known"),
    sa.Index("reference_of_party", "party_id", "reference_id"),
)
