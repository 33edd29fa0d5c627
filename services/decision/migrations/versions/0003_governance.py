"""The life cycle of products, reasons and policies."""

from shared.governance import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    tables.create_governance_v1(["product", "reasons", "policy"])


def downgrade() -> None:
    tables.drop_governance_v1()
