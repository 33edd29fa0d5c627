"""What has been told of accounts that come to their dates."""

import sqlalchemy as sa

from services.limits.store.tables import ledger
from services.limits.store.tables.metadata import metadata
from shared.tables import NOW

signal = sa.Table(
    "signal",
    metadata,
    # Once for each kind, account and date.
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), primary_key=True),
    # When the limit runs out; the beginning of the day, in UTC, on which a review was due.
    sa.Column("due_at", sa.DateTime(timezone=True), primary_key=True),
    sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.CheckConstraint("kind IN ('limit_expiring', 'review_due')", name="signal_kind_known"),
    # What is still to come, for the gauges.
    sa.Index("signal_due", "due_at"),
)

sa.Index("account_review_due", ledger.account.c.review_due_on, postgresql_where=sa.text("review_due_on IS NOT NULL"))
