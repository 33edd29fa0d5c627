"""The life cycle of scorecards."""

from shared.governance import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tables.create_governance_v1(["scorecard"])


def downgrade() -> None:
    tables.drop_governance_v1()
