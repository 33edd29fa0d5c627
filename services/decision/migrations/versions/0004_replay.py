"""What a decision was made on and how, so that it can be made again; older decisions go without."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("decision", sa.Column("inputs", pg.JSON))
    op.add_column("decision", sa.Column("inputs_hash", sa.Text))
    op.add_column("decision", sa.Column("engine_version", sa.Text))
    op.add_column("decision", sa.Column("software_version", sa.Text))
    op.add_column("decision", sa.Column("fallbacks", pg.JSON))
    op.add_column("decision", sa.Column("actor", sa.Text))
    op.add_column("decision", sa.Column("latency_microseconds", sa.BigInteger))
    op.add_column("decision", sa.Column("arm", sa.Text))
    op.add_column("decision", sa.Column("pinned", sa.Boolean))


def downgrade() -> None:
    for column in (
        "pinned",
        "arm",
        "latency_microseconds",
        "actor",
        "fallbacks",
        "software_version",
        "engine_version",
        "inputs_hash",
        "inputs",
    ):
        op.drop_column("decision", column)
