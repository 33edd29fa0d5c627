"""Legal holds, and what was exported or erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0012"
down_revision = "0011"

# What runs out is deleted, and the facts that were taken from it.
_DELETABLE = "report, reference, consent, financial_statement, statement_acceptance, finding"


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("hold_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("reason", pg.BYTEA, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("released_by", sa.Text),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("release_reason", pg.BYTEA),
        sa.Index("legal_hold_of_party", "party_id", "hold_id"),
        sa.Index("legal_hold_in_force", "party_id", postgresql_where=sa.text("released_at IS NULL")),
    )
    op.create_table(
        "privacy_access",
        sa.Column("access_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("accessed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index("privacy_access_of_party", "party_id", "access_id"),
    )
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Text, primary_key=True),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("records", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Index("erasure_of_party", "party_id", "erasure_id"),
    )
    for table in ("privacy_access", "erasure"):
        for_app_role(f"REVOKE UPDATE ON {table} FROM %I")
    for_app_role(f"GRANT DELETE ON {_DELETABLE} TO %I")


def downgrade() -> None:
    for_app_role(f"REVOKE DELETE ON {_DELETABLE} FROM %I")
    for table in ("erasure", "privacy_access", "legal_hold"):
        op.drop_table(table)
