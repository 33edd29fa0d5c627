"""By what parties are found again, and cases in which a person says who is who."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "match_key",
        sa.Column("digest", sa.BigInteger, nullable=False, index=True),
        sa.Column("party_id", sa.Text, nullable=False, index=True),
    )
    op.create_table(
        "match_case",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="open"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("verdict", sa.Text),
        sa.Column("same_as", sa.Text),
        sa.Column("resolved_by", sa.Text),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("reason", pg.BYTEA),
        sa.Index("match_case_by_status", "status", "case_id"),
        sa.Index("match_case_of_party", "party_id", "case_id"),
        sa.Index("match_case_one_open", "party_id", unique=True, postgresql_where=sa.text("status = 'open'")),
    )
    op.create_table(
        "match_candidate",
        sa.Column("case_id", sa.Text, sa.ForeignKey("match_case.case_id"), primary_key=True),
        sa.Column("party_id", sa.Text, primary_key=True, index=True),
        sa.Column("likeness", sa.SmallInteger, nullable=False),
        sa.Column("grounds", pg.ARRAY(sa.Text), nullable=False),
    )
    op.create_table(
        "match_difference",
        sa.Column("party_id", sa.Text, primary_key=True),
        sa.Column("other_id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text),
    )
    # Keys are replaced with the profile that they are of, and go when the party is erased.
    for_app_role("GRANT DELETE ON match_key TO %I")
    for_app_role("REVOKE UPDATE ON match_key FROM %I")
    for_app_role("REVOKE UPDATE ON match_difference FROM %I")


def downgrade() -> None:
    for table in ("match_difference", "match_candidate", "match_case", "match_key"):
        op.drop_table(table)
