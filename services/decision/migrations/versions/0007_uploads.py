"""Files that are sent in to be backtested, and backtests of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared import tables

revision = "0007"
down_revision = "0006"

_OF_UPLOADS = "SELECT backtest_id FROM backtest WHERE plan::jsonb -> 'source' ? 'upload_id'"
_RENAME = """
    UPDATE backtest
    SET plan = (plan::jsonb - '{old}' || jsonb_build_object('{new}', plan::jsonb -> '{old}'))::json
    WHERE plan::jsonb ? '{old}'
"""


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("sha256", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("complete", sa.Boolean, nullable=False, server_default="false"),
        sa.CheckConstraint("NOT complete OR sha256 IS NOT NULL", name="upload_complete"),
    )
    op.create_table(
        "upload_chunk",
        sa.Column("upload_id", sa.Text, sa.ForeignKey("upload.upload_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("bytes", pg.BYTEA, nullable=False),
    )
    tables.for_app_role("GRANT DELETE ON upload TO %I")
    tables.for_app_role("REVOKE UPDATE ON upload_chunk FROM %I")
    # A plan names where its applications come from; until now that was a period of decisions.
    op.execute(_RENAME.format(old="period", new="source"))


def downgrade() -> None:
    # What their files were is gone with these.
    for table in ("backtest_report", "backtest"):
        op.execute(f"DELETE FROM {table} WHERE backtest_id IN ({_OF_UPLOADS})")  # noqa: S608 - names of ours
    op.execute(_RENAME.format(old="source", new="period"))
    op.drop_table("upload_chunk")
    op.drop_table("upload")
