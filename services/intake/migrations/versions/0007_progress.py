"""States, revisions, screening and clocks of applications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.tables import NOW, for_app_role

revision = "0007"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)
_NEW = (
    "status",
    "revision",
    "received_at",
    "submitted_by",
    "moves",
    "status_reasons",
    "missing",
    "earlier_application_id",
    "earlier_decision_id",
    "due_at",
)


def upgrade() -> None:
    # What is there already was submitted as it came in.
    op.add_column("application", sa.Column("status", sa.Text, nullable=False, server_default="submitted"))
    op.add_column("application", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    op.add_column("application", sa.Column("received_at", _INSTANT))
    op.add_column("application", sa.Column("submitted_by", sa.Text))
    op.add_column("application", sa.Column("moves", sa.Integer, nullable=False, server_default="0"))
    op.add_column("application", sa.Column("status_reasons", pg.ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column("application", sa.Column("missing", pg.JSON, nullable=False, server_default="[]"))
    op.add_column("application", sa.Column("earlier_application_id", sa.Text))
    op.add_column("application", sa.Column("earlier_decision_id", sa.Text))
    op.add_column("application", sa.Column("due_at", _INSTANT))
    op.execute("UPDATE application SET received_at = submitted_at, status = 'decided' WHERE decision_id IS NOT NULL")
    op.execute("UPDATE application SET received_at = submitted_at WHERE received_at IS NULL")
    op.alter_column("application", "received_at", nullable=False, server_default=NOW)
    op.alter_column("application", "submitted_at", nullable=True)
    # Of the two states that nearly all applications are in there is one on every page.
    op.create_index(
        "application_by_status",
        "application",
        ["status", "application_id"],
        postgresql_where=sa.text("status NOT IN ('submitted', 'decided')"),
    )
    op.create_index("application_of_product", "application", ["product", "application_id"])
    op.create_index("application_due", "application", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    _create_records()
    _create_signals_and_clocks()


def _create_records() -> None:
    op.create_table(
        "application_move",
        sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("from_status", sa.Text),
        sa.Column("to_status", sa.Text, nullable=False),
        sa.Column("reasons", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("decision_id", sa.Text),
        sa.Column("note", pg.BYTEA),
        sa.Column("moved_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "submission",
        sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("submitted_at", _INSTANT, nullable=False),
        sa.Column("facts", pg.JSONB, nullable=False),
        sa.Column("sources", pg.JSONB, nullable=False),
        sa.Column("fallbacks", pg.ARRAY(sa.Text), nullable=False),
    )
    for table in ("application_move", "submission"):
        for_app_role(f"REVOKE UPDATE ON {table} FROM %I")


def _create_signals_and_clocks() -> None:
    op.create_table(
        "application_signal",
        sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", pg.BYTEA, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Index("application_signal_found", "key", "digest", "received_at"),
    )
    op.create_table(
        "application_clock",
        sa.Column("application_id", sa.Text, sa.ForeignKey("application.application_id"), primary_key=True),
        sa.Column("term", sa.Text, primary_key=True),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("due_at", _INSTANT),
        sa.Column("time_left", sa.Interval),
        sa.Column("warn_at", _INSTANT),
        sa.Index("application_clock_due", "term", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
        sa.Index("application_clock_warning", "warn_at", postgresql_where=sa.text("warn_at IS NOT NULL")),
    )
    # A clock that does not run is gone; the digests of a person who is erased are, too.
    for table in ("application_signal", "application_clock"):
        for_app_role(f"GRANT DELETE ON {table} TO %I")


def downgrade() -> None:
    for table in ("application_clock", "application_signal", "submission", "application_move"):
        op.drop_table(table)
    for index in ("application_due", "application_of_product", "application_by_status"):
        op.drop_index(index, "application")
    op.execute("UPDATE application SET submitted_at = received_at WHERE submitted_at IS NULL")
    op.alter_column("application", "submitted_at", nullable=False)
    for name in reversed(_NEW):
        op.drop_column("application", name)
