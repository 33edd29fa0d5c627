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
    # A row is some 3 kB now. To compress each and move parts of it elsewhere costs a tenth of all decisions a second.
    op.execute("ALTER TABLE decision SET (toast_tuple_target = 8160)")


def downgrade() -> None:
    op.execute("ALTER TABLE decision RESET (toast_tuple_target)")
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
