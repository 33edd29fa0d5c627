"""One decision for each submission of an application: an amended one is submitted, and decided, again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_WHERE = sa.text("application_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "decision_one_per_submission",
        "decision",
        ["application_id", "submitted_at"],
        unique=True,
        postgresql_where=_WHERE,
    )
    op.drop_index("decision_one_per_application", "decision")


def downgrade() -> None:
    # Of several decisions on one application none can be taken back, so the old index is no longer unique.
    op.create_index("decision_one_per_application", "decision", ["application_id"], postgresql_where=_WHERE)
    op.drop_index("decision_one_per_submission", "decision")
