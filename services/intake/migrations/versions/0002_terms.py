"""What a decision grants beside the limit, and what must be there before money moves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("application", sa.Column("rate", sa.Numeric))
    op.add_column("application", sa.Column("conditions", pg.ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column("application", sa.Column("other_terms", pg.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    for column in ("other_terms", "conditions", "rate"):
        op.drop_column("application", column)
