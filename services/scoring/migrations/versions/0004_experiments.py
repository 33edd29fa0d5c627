"""Challengers and shadow runs of models: who scored whom on which arm, and what shadows answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables
from shared.experiments.tables import create_experiments_v1, drop_experiments_v1

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_experiments_v1()
    op.add_column("score", sa.Column("party_id", sa.Text))
    op.add_column("score", sa.Column("arm", sa.Text))
    # Reports on arms read nothing else of the scores given while no test was running.
    op.create_index(
        "score_of_arm", "score", ["product", "arm", "score_id"], postgresql_where=sa.text("arm IS NOT NULL")
    )
    op.create_table(
        "arm_tally",
        sa.Column("experiment_id", sa.Text, primary_key=True),
        sa.Column("arm", sa.Text, primary_key=True),
        sa.Column("model_version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model_hash", sa.Text, primary_key=True),
        sa.Column("scored", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("score_sum", sa.Numeric, nullable=False),
        sa.Column("square_sum", sa.Numeric, nullable=False),
    )
    op.create_table(
        "shadow_score",
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("score_id", sa.Text, primary_key=True),
        sa.Column("score", sa.Integer),
        sa.Column("pd", sa.Numeric(7, 6)),
        sa.Column("grade", sa.Text),
        sa.Column("reasons", pg.JSON),
        sa.Column("failure", sa.Text),
        sa.Column("differs", pg.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=tables.NOW),
        # Examples are sought among those that differ, newest first.
        sa.Index(
            "shadow_score_differing",
            "version_id",
            "score_id",
            postgresql_where=sa.text("json_array_length(differs) > 0"),
        ),
    )
    op.create_table(
        "shadow_tally",
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("live_band", sa.Integer),
        sa.Column("shadow_band", sa.Integer),
        sa.Column("answered", sa.BigInteger, nullable=False),
        sa.Column("differing", sa.BigInteger, nullable=False),
        sa.Column("same_reasons", sa.BigInteger, nullable=False),
        sa.Column("same_first_reason", sa.BigInteger, nullable=False),
        sa.Column("live_sum", sa.Numeric, nullable=False),
        sa.Column("shadow_sum", sa.Numeric, nullable=False),
        sa.Column("distance_sum", sa.Numeric, nullable=False),
        # No band is that of no score, and there is one such row as well.
        sa.UniqueConstraint(
            "version_id", "live_band", "shadow_band", name="shadow_tally_cell", postgresql_nulls_not_distinct=True
        ),
    )
    tables.for_app_role("REVOKE UPDATE ON shadow_score FROM %I")


def downgrade() -> None:
    for table in ("shadow_tally", "shadow_score", "arm_tally"):
        op.drop_table(table)
    op.drop_index("score_of_arm", "score")
    op.drop_column("score", "arm")
    op.drop_column("score", "party_id")
    drop_experiments_v1()
