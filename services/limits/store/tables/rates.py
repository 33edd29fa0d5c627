"""Exchange rates as they were stated."""

import sqlalchemy as sa

from services.limits.store.tables.metadata import metadata
from shared.tables import NOW

fx_pair = sa.Table(
    "fx_pair",
    metadata,
    # The pairs that rates were ever stated of: by them the latest rate of each is found, however long its history.
    sa.Column("base", sa.Text, primary_key=True),
    sa.Column("quote", sa.Text, primary_key=True),
    sa.CheckConstraint("base <> quote", name="pair_of_two"),
    sa.Index("fx_pair_by_quote", "quote"),
)

fx_rate = sa.Table(
    "fx_rate",
    metadata,
    sa.Column("statement", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("base", sa.Text, nullable=False),
    sa.Column("quote", sa.Text, nullable=False),
    sa.Column("effective_on", sa.Date, nullable=False),
    # So many units of `quote` is one unit of `base` worth.
    sa.Column("rate", sa.Numeric(20, 10), nullable=False),
    # How many days it may be used, the first one included; after that there is no rate until another is stated.
    sa.Column("good_for_days", sa.SmallInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(["base", "quote"], ["fx_pair.base", "fx_pair.quote"]),
    sa.CheckConstraint("rate > 0", name="rate_positive"),
    sa.CheckConstraint("good_for_days BETWEEN 1 AND 366", name="good_for_bounded"),
    # Of several statements for one day the last one speaks.
    sa.Index("fx_rate_latest", "base", "quote", sa.text("effective_on DESC"), sa.text("statement DESC")),
)
