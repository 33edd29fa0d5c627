"""What officers think of a party, with the credit report that they saw."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import for_app_role

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "opinion",
        sa.Column("opinion_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False, index=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("recommendation", sa.Text, nullable=False),
        sa.Column("limit_minor", sa.BigInteger),
        sa.Column("currency", sa.Text),
        sa.Column("words", pg.BYTEA, nullable=False),
        sa.Column("report", pg.BYTEA, nullable=False),
        sa.Column("report_hash", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    )
    for_app_role("REVOKE UPDATE ON opinion FROM %I")


def downgrade() -> None:
    op.drop_table("opinion")
