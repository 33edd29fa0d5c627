"""The tables of trials, in the schema of a service whose documents can be tried out.

`experiment_tables` describes them for SQLAlchemy. `create_experiments_v1` is what migrations run, frozen.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg


def experiment_tables(metadata: sa.MetaData) -> None:
    """Add the tables of trials to a service's metadata."""
    sa.Table("experiment", metadata, *_experiment())
    sa.Table("shadow", metadata, *_shadow())


def create_experiments_v1() -> None:
    """Create the tables of trials."""
    op.create_table("experiment", *_experiment())
    op.create_table("shadow", *_shadow())


def drop_experiments_v1() -> None:
    """Undo `create_experiments_v1`."""
    for table in ("shadow", "experiment"):
        op.drop_table(table)


def _experiment() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("experiment_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("trial", pg.JSON, nullable=False),
        sa.Column("buckets", pg.JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("breaches", pg.JSON),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("count_until", sa.Text),
        # What runs is asked for by every process four times a second; what has ended only grows.
        sa.Index("experiment_running", "product", "test", unique=True, postgresql_where=sa.text("ended_at IS NULL")),
    ]


def _shadow() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("position", sa.Text, nullable=False),
    ]
