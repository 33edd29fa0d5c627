"""The documents that make up exposure, which of them count, and rebuilds of what they add up to."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.limits.store.tables.metadata import metadata
from shared.tables import NOW

_ZERO = sa.text("0")

exposure_item = sa.Table(
    "exposure_item",
    metadata,
    # Made of the names of the document line, so that one that has not arrived yet can be followed.
    sa.Column("item_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("doc_type", sa.Text, nullable=False),
    sa.Column("doc_id", sa.Text, nullable=False),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("account_id", sa.Text, sa.ForeignKey("account.account_id"), nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("paid_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("ship_on", sa.Date),
    sa.Column("paid_on", sa.Date),
    sa.Column("disputed", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("statistical", sa.Boolean, nullable=False, server_default=sa.text("false")),
    sa.Column("dunning_level", sa.SmallInteger, nullable=False, server_default=_ZERO),
    # The four names of the line it comes from, and the item id they make.
    sa.Column("follows", pg.ARRAY(sa.Text)),
    sa.Column("follows_id", sa.Text),
    sa.Column("reservation_id", sa.Text),
    # In the currency of each account of the path: what the whole amount is worth, and what it counts with.
    sa.Column("path", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("valued_minor", pg.ARRAY(sa.BigInteger), nullable=False),
    sa.Column("posted_minor", pg.ARRAY(sa.BigInteger), nullable=False),
    # What no later document has taken over and nobody has paid, in its own currency and in the account's.
    sa.Column("open_minor", sa.BigInteger, nullable=False),
    sa.Column("own_open_minor", sa.BigInteger, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("drawn_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    # The day on which an order that ships late begins to count.
    sa.Column("counts_from", sa.Date),
    # Counts writes: whoever writes an item that a rival has written meanwhile finds out.
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("source", "doc_type", "doc_id", "line", name="item_once"),
    sa.CheckConstraint(
        "category IN ('open_order', 'delivery', 'billing', 'invoice', 'special', 'unapplied_credit', 'paid')",
        name="category_known",
    ),
    sa.CheckConstraint(
        "standing IN ('counted', 'closed', 'statistical', 'excluded', 'disputed', 'beyond_horizon')",
        name="standing_known",
    ),
    sa.CheckConstraint("amount_minor >= 0 AND paid_minor BETWEEN 0 AND amount_minor", name="amount_not_negative"),
    sa.CheckConstraint("open_minor BETWEEN 0 AND amount_minor AND own_open_minor >= 0", name="open_within_amount"),
    sa.CheckConstraint("drawn_minor >= 0", name="drawn_not_negative"),
    sa.CheckConstraint(
        "cardinality(valued_minor) = cardinality(path) AND cardinality(posted_minor) = cardinality(path)",
        name="counted_on_every_account",
    ),
    sa.Index("item_of_account", "account_id", "item_id"),
    sa.Index("item_open", "account_id", "item_id", postgresql_where=sa.text("own_open_minor > 0")),
    sa.Index("item_paid", "account_id", "paid_on", postgresql_where=sa.text("paid_on IS NOT NULL")),
    sa.Index("item_following", "follows_id", postgresql_where=sa.text("follows_id IS NOT NULL")),
    sa.Index("item_counts_later", "counts_from", postgresql_where=sa.text("counts_from IS NOT NULL")),
)

exposure_rule = sa.Table(
    "exposure_rule",
    metadata,
    sa.Column("product", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("categories", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("count_disputed", sa.Boolean, nullable=False),
    sa.Column("reduce_by_credits", sa.Boolean, nullable=False),
    sa.Column("horizon_days", sa.Integer, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)

exposure_rebuild = sa.Table(
    "exposure_rebuild",
    metadata,
    sa.Column("rebuild_id", sa.Text, primary_key=True),
    # One account, all of a product, or all there are.
    sa.Column("account_id", sa.Text),
    sa.Column("product", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("applied_by", sa.Text),
    sa.Column("applied_at", sa.DateTime(timezone=True)),
    # The account it has come to, and the item while that is not done: whoever goes on begins behind them.
    sa.Column("reached", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("reached_item", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("accounts", sa.Integer, nullable=False, server_default=_ZERO),
    sa.Column("items", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("failure", sa.Text),
    sa.CheckConstraint("state IN ('running', 'finished', 'applying', 'applied', 'failed')", name="rebuild_state_known"),
    sa.Index("rebuild_under_way", "rebuild_id", postgresql_where=sa.text("state IN ('running', 'applying')")),
)

exposure_difference = sa.Table(
    "exposure_difference",
    metadata,
    sa.Column("rebuild_id", sa.Text, sa.ForeignKey("exposure_rebuild.rebuild_id"), primary_key=True),
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("category", sa.Text, primary_key=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("stood_minor", sa.BigInteger, nullable=False),
    sa.Column("should_minor", sa.BigInteger, nullable=False),
    # What was entered for it when the rebuild was applied: what then was missing, were it more or less by that time.
    sa.Column("entered_minor", sa.BigInteger),
)
