"""The tables of governed documents, in the schema of a service.

`activation_table` is for every service that keeps catalogue documents, also if only as copies; `governance_tables`
for a service whose documents have a life cycle. `create_activation_v1` and `create_governance_v1` are what migrations
run, frozen.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.ids import new_id
from shared.tables import NOW, for_app_role


def activation_table(metadata: sa.MetaData) -> None:
    """Add the history of what is live to a service's metadata."""
    sa.Table("activation", metadata, *_activation())


def governance_tables(metadata: sa.MetaData) -> None:
    """Add the tables of a life cycle to a service's metadata."""
    activation_table(metadata)
    sa.Table("version", metadata, *_version())
    sa.Table("version_editor", metadata, *_version_editor())
    sa.Table("version_event", metadata, *_version_event())


def create_activation_v1() -> None:
    """Create the history, in which the highest revision of every document that is there is live."""
    op.create_table("activation", *_activation())
    for_app_role("REVOKE UPDATE ON activation FROM %I")
    op.execute("""
        INSERT INTO activation (kind, name, sequence, revision, effective_from, actor, reason)
        SELECT DISTINCT ON (kind, name) kind, name, 1, revision, published_at, published_by, 'the newest revision'
        FROM catalogue_entry ORDER BY kind, name, revision DESC
    """)


def create_governance_v1(kinds: list[str]) -> None:
    """Create the tables of a life cycle; every document of `kinds` that is there becomes a version, the newest live."""
    create_activation_v1()
    op.create_table("version", *_version())
    op.create_table("version_editor", *_version_editor())
    op.create_table("version_event", *_version_event())
    for_app_role("REVOKE UPDATE ON version_editor FROM %I")
    for_app_role("REVOKE UPDATE ON version_event FROM %I")
    _adopt(kinds)


def drop_governance_v1() -> None:
    """Undo `create_governance_v1`."""
    for table in ("version_event", "version_editor", "version", "activation"):
        op.drop_table(table)


def _adopt(kinds: list[str]) -> None:
    """Make versions of the documents that were published before there was a life cycle.

    Publishing was all the approval there was, so each can be pinned and rolled back to.
    """
    connection = op.get_bind()
    entries = connection.execute(
        sa.text("""
            SELECT kind, name, revision, hash, published_by, published_at,
                   revision = max(revision) OVER (PARTITION BY kind, name) AS newest
            FROM catalogue_entry WHERE kind = ANY(:kinds) ORDER BY published_at
        """),
        {"kinds": kinds},
    ).all()
    for entry in entries:
        state = "live" if entry.newest else "retired"
        columns = {**entry._mapping, "version_id": new_id("ver"), "state": state}
        for statement in _ADOPT:
            connection.execute(sa.text(statement), columns)
    connection.execute(
        sa.text("""
            UPDATE activation a SET version_id = v.version_id FROM version v
            WHERE (v.kind, v.name, v.number) = (a.kind, a.name, a.revision)
        """)
    )


_ADOPT = (
    """
    INSERT INTO version (version_id, kind, name, number, state, hash, approved_hash, created_by, created_at, updated_at)
    VALUES (:version_id, :kind, :name, :revision, :state, :hash, :hash, :published_by, :published_at, :published_at)
    """,
    "INSERT INTO version_editor (version_id, editor) VALUES (:version_id, :published_by)",
    """
    INSERT INTO version_event (version_id, at, actor, action, to_state, hash, comment)
    VALUES (:version_id, :published_at, :published_by, 'adopt', :state, :hash, 'published before the life cycle')
    """,
)


def _activation() -> list[sa.schema.SchemaItem]:
    """Of two that hold at a moment the one that began last is live; `voids` takes an earlier entry back."""
    return [
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version_id", sa.Text),
        sa.Column("revision", sa.Integer),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True)),
        sa.Column("voids", sa.Integer),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    ]


def _version() -> list[sa.schema.SchemaItem]:
    """`document` is null once submitted: from then on it is the entry of the catalogue that nobody can change."""
    return [
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("document", pg.JSON),
        sa.Column("based_on", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("approved_hash", sa.Text),
        sa.Column("approved_by", sa.Text),
        sa.Column("effective_from", sa.DateTime(timezone=True)),
        sa.Column("effective_to", sa.DateTime(timezone=True)),
        sa.Column("test", sa.Text),
        sa.Column("share_bp", sa.Integer),
        sa.Column("trial", pg.JSON),
        sa.Column("findings", pg.JSON),
        sa.Column("rolled_back_by", sa.Text),
        sa.Column("row_version", sa.Integer, nullable=False, server_default="1"),
        sa.UniqueConstraint("kind", "name", "number", name="version_number"),
        sa.CheckConstraint("share_bp BETWEEN 1 AND 10000", name="version_share"),
        # What runs now, or will, is asked for at every look; everything else has ended or not begun.
        sa.Index(
            "version_running",
            "kind",
            "name",
            postgresql_where=sa.text("state IN ('scheduled', 'shadow', 'challenger', 'live')"),
        ),
        # The backstop of "one live version per name", should states and history ever drift apart.
        sa.Index("version_one_live", "kind", "name", unique=True, postgresql_where=sa.text("state = 'live'")),
    ]


def _version_editor() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("version_id", sa.Text, sa.ForeignKey("version.version_id"), primary_key=True),
        sa.Column("editor", sa.Text, primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    ]


def _version_event() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("version_id", sa.Text, sa.ForeignKey("version.version_id"), nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("details", pg.JSON),
    ]
