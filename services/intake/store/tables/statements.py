"""Financial statements, their ratios, and tables of industries."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

financial_statement = sa.Table(
    "financial_statement",
    metadata,
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

statement_acceptance = sa.Table(
    "statement_acceptance",
    metadata,
    sa.Column("statement_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", pg.BYTEA, nullable=False),
    sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.ForeignKeyConstraint(
        ["statement_id", "version"], ["financial_statement.statement_id", "financial_statement.version"]
    ),
)

industry_table = sa.Table(
    "industry_table",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("points", pg.JSONB, nullable=False),
    sa.Column("stated_by", sa.Text, nullable=False),
    sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)
