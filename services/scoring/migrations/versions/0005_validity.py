"""Grades, and for how long and for which facts a score stands."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("score", sa.Column("grade", sa.Text))
    op.add_column("score", sa.Column("valid_until", sa.DateTime(timezone=True)))
    op.add_column("score", sa.Column("inputs_hash", sa.Text))


def downgrade() -> None:
    for name in ("inputs_hash", "valid_until", "grade"):
        op.drop_column("score", name)
