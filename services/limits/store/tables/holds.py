"""Blocked documents with what happened to each, and who may release how much."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.limits.store.tables.metadata import metadata
from shared.tables import NOW

_LIVE = "state IN ('open', 'released')"

credit_hold = sa.Table(
    "credit_hold",
    metadata,
    sa.Column("hold_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("doc_type", sa.Text, nullable=False),
    sa.Column("doc_id", sa.Text, nullable=False),
    sa.Column("document_version", sa.BigInteger),
    # Not a foreign key: accounts are never deleted, and its check would wait for whoever has the account locked.
    sa.Column("account_id", sa.Text, nullable=False),
    # What never changes of an account, for the queue and for events.
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
    # Two checks at once open one hold; a document that is blocked again after its hold was closed gets another one.
    sa.Index("credit_hold_live", "source", "doc_type", "doc_id", unique=True, postgresql_where=sa.text(_LIVE)),
    # The queue, of all products or of one: ids are in the order in which holds were opened.
    sa.Index("credit_hold_queue", "state", "hold_id"),
    sa.Index("credit_hold_queue_of_product", "product", "state", "hold_id"),
    # What else is released in a tree, when an officer's bound on its exposure is looked at.
    sa.Index("credit_hold_released", "account_id", postgresql_where=sa.text("state = 'released'")),
)

credit_hold_event = sa.Table(
    "credit_hold_event",
    metadata,
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
    # A code stands for one release, whoever reads it off a delivery note.
    sa.Index(
        "credit_hold_event_code",
        "authorisation_code",
        unique=True,
        postgresql_where=sa.text("authorisation_code IS NOT NULL"),
    ),
)

# Every statement of what an officer may release replaces the one before it; the latest speaks.
authority_statement = sa.Table(
    "authority_statement",
    metadata,
    sa.Column("holder", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("granted_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.CheckConstraint("holder <> granted_by", name="nobody_grants_to_themselves"),
)

authority = sa.Table(
    "authority",
    metadata,
    sa.Column("holder", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    # Null: every product.
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
