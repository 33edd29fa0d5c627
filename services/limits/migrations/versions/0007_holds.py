"""Blocked documents, their release and who may release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0007"
down_revision = "0006"

_APPEND_ONLY = ("credit_hold_event", "authority_statement", "authority")


def upgrade() -> None:
    _holds()
    _events()
    _authorities()
    for table in _APPEND_ONLY:
        tables.for_app_role(f"REVOKE UPDATE ON {table} FROM %I")


def _holds() -> None:
    op.create_table(
        "credit_hold",
        sa.Column("hold_id", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("doc_type", sa.Text, nullable=False),
        sa.Column("doc_id", sa.Text, nullable=False),
        sa.Column("document_version", sa.BigInteger),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("reasons", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("check_id", sa.Text, nullable=False),
        sa.Column("requested_by", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("assigned_to", sa.Text),
        sa.Column("pending_minor", sa.BigInteger),
        sa.Column("pending_expires_at", sa.DateTime(timezone=True)),
        sa.Column("pending_by", sa.Text),
        sa.Column("released_minor", sa.BigInteger),
        sa.Column("release_expires_at", sa.DateTime(timezone=True)),
        sa.Column("authorisation_code", sa.Text),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'released', 'passed', 'rejected', 'cancelled')", name="state_known"),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
        sa.CheckConstraint("cardinality(requested_by) > 0", name="somebody_asked"),
        sa.CheckConstraint("(state = 'released') = (released_minor IS NOT NULL)", name="released_by_a_release"),
        sa.CheckConstraint("released_minor >= amount_minor", name="released_whole"),
        sa.CheckConstraint("(released_minor IS NULL) = (release_expires_at IS NULL)", name="release_expires"),
        sa.CheckConstraint("num_nulls(pending_minor, pending_expires_at, pending_by) IN (0, 3)", name="pending_whole"),
        sa.Index(
            "credit_hold_live",
            "source",
            "doc_type",
            "doc_id",
            unique=True,
            postgresql_where=sa.text("state IN ('open', 'released')"),
        ),
        sa.Index("credit_hold_queue", "state", "hold_id"),
        sa.Index("credit_hold_queue_of_product", "product", "state", "hold_id"),
        sa.Index("credit_hold_released", "account_id", postgresql_where=sa.text("state = 'released'")),
    )


def _events() -> None:
    op.create_table(
        "credit_hold_event",
        sa.Column("hold_id", sa.Text, sa.ForeignKey("credit_hold.hold_id"), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_version", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("amount_minor", sa.BigInteger),
        sa.Column("currency", sa.Text),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("authorisation_code", sa.Text),
        sa.Column("check_id", sa.Text),
        sa.Column("reasons", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("assigned_to", sa.Text),
        sa.Column("bound", sa.Text),
        sa.Index(
            "credit_hold_event_code",
            "authorisation_code",
            unique=True,
            postgresql_where=sa.text("authorisation_code IS NOT NULL"),
        ),
    )


def _authorities() -> None:
    op.create_table(
        "authority_statement",
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        sa.CheckConstraint("holder <> granted_by", name="nobody_grants_to_themselves"),
    )
    op.create_table(
        "authority",
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("product", sa.Text),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("max_amount_minor", sa.BigInteger, nullable=False),
        sa.Column("max_exposure_minor", sa.BigInteger, nullable=False),
        sa.Column("second_release_above_minor", sa.BigInteger),
        sa.Column("max_days", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["holder", "version"], ["authority_statement.holder", "authority_statement.version"]),
        sa.CheckConstraint("max_amount_minor > 0", name="max_amount_positive"),
        sa.CheckConstraint("max_exposure_minor > 0", name="max_exposure_positive"),
        sa.CheckConstraint("max_days > 0", name="max_days_positive"),
        sa.CheckConstraint("valid_to > valid_from", name="valid_for_a_while"),
    )


def downgrade() -> None:
    for table in ("authority", "authority_statement", "credit_hold_event", "credit_hold"):
        op.drop_table(table)
