"""What is granted besides limit and rate, and what must be there before money moves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("decision", sa.Column("other_terms", pg.JSON, nullable=False, server_default="{}"))
    op.add_column("decision", sa.Column("conditions", pg.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("decision", "conditions")
    op.drop_column("decision", "other_terms")
