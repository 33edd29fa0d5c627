"""Exchange rates, by date."""

import sqlalchemy as sa
from alembic import op

from shared import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "fx_pair",
        sa.Column("base", sa.Text, primary_key=True),
        sa.Column("quote", sa.Text, primary_key=True),
        sa.CheckConstraint("base <> quote", name="pair_of_two"),
        sa.Index("fx_pair_by_quote", "quote"),
    )
    op.create_table(
        "fx_rate",
        sa.Column("statement", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("rate", sa.Numeric(20, 10), nullable=False),
        sa.Column("good_for_days", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        sa.ForeignKeyConstraint(["base", "quote"], ["fx_pair.base", "fx_pair.quote"]),
        sa.CheckConstraint("rate > 0", name="rate_positive"),
        sa.CheckConstraint("good_for_days BETWEEN 1 AND 366", name="good_for_bounded"),
        sa.Index("fx_rate_latest", "base", "quote", sa.text("effective_on DESC"), sa.text("statement DESC")),
    )
    # What was stated stays: another rate for the same day is another row.
    for table in ("fx_pair", "fx_rate"):
        tables.for_app_role(f"REVOKE UPDATE ON {table} FROM %I")


def downgrade() -> None:
    op.drop_table("fx_rate")
    op.drop_table("fx_pair")
