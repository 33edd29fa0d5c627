"""Who owns whom, and every change of a party."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("party_merged_into", "party", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.create_table(
        "party_change",
        sa.Column("change_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("other_party_id", sa.Text),
        sa.Column("detail", pg.BYTEA),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index("party_change_of_party", "party_id", "change_id"),
    )
    for_app_role("REVOKE UPDATE ON party_change FROM %I")
    op.create_table(
        "ownership",
        sa.Column("ownership_id", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.Text, sa.ForeignKey("party.party_id"), nullable=False, index=True),
        sa.Column("owned_id", sa.Text, sa.ForeignKey("party.party_id"), nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("share", sa.Numeric(7, 4)),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("stated_by", sa.Text, nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("owner_id <> owned_id", name="ownership_of_another"),
        sa.CheckConstraint("valid_to >= valid_from", name="ownership_dates_in_order"),
        sa.CheckConstraint(
            "CASE kind WHEN 'ownership' THEN coalesce(share > 0 AND share <= 100, false) ELSE share IS NULL END",
            name="ownership_share",
        ),
    )


def downgrade() -> None:
    op.drop_table("ownership")
    op.drop_table("party_change")
    op.drop_index("party_merged_into", table_name="party")
