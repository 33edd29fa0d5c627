"""Which copy of a product is live."""

from alembic import op

from shared.governance import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    tables.create_activation_v1()


def downgrade() -> None:
    op.drop_table("activation")
