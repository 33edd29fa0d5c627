"""Financial statements, their ratios, and tables of industries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "financial_statement",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("is_consolidated", sa.Boolean, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("standard", sa.Text, nullable=False),
        sa.Column("assurance", sa.Text, nullable=False),
        sa.Column("step_minor", sa.BigInteger, nullable=False),
        sa.Column("lines", pg.JSONB, nullable=False),
        sa.Column("filled", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("differences", pg.JSONB, nullable=False),
        sa.Column("flags", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("unmapped_count", sa.Integer, nullable=False),
        sa.Column("unmapped", pg.BYTEA),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index("financial_statement_of_party", "party_id", "period_end"),
    )
    op.create_table(
        "statement_acceptance",
        sa.Column("statement_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", pg.BYTEA, nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.ForeignKeyConstraint(
            ["statement_id", "version"], ["financial_statement.statement_id", "financial_statement.version"]
        ),
    )
    op.create_table(
        "industry_table",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("points", pg.JSONB, nullable=False),
        sa.Column("stated_by", sa.Text, nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    for table in ("financial_statement", "statement_acceptance", "industry_table"):
        for_app_role(f"REVOKE UPDATE ON {table} FROM %I")


def downgrade() -> None:
    for table in ("industry_table", "statement_acceptance", "financial_statement"):
        op.drop_table(table)
