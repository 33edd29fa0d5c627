"""Scoring's tables, as its migrations leave them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.governance.tables import governance_tables
from shared.tables import NOW, platform_tables

metadata = sa.MetaData()
platform_tables(metadata)
governance_tables(metadata)

score = sa.Table(
    "score",
    metadata,
    sa.Column("score_id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.Text, nullable=False, index=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("facts", pg.JSON, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("model_version", sa.Integer),
    sa.Column("model_hash", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("pd", sa.Numeric(7, 6)),
    sa.Column("points", pg.JSON),
    sa.Column("reasons", pg.JSON),
    sa.Column("failure", sa.Text),
    sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
)
