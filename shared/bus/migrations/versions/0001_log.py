"""The log, the head of each partition and the progress of each consumer group."""

from alembic import op

revision = "0001"
down_revision = None

# Every publish and every handled batch rewrites a row of `head` or `progress`: the free space on their pages keeps
# those updates away from the index.
_LOG = """
CREATE TABLE log (
    topic text NOT NULL,
    partition integer NOT NULL CHECK (partition >= 0),
    position bigint NOT NULL CHECK (position >= 0),
    key text NOT NULL,
    headers json NOT NULL,
    value bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, position)
)
"""

_HEAD = """
CREATE TABLE head (
    topic text NOT NULL,
    partition integer NOT NULL CHECK (partition >= 0),
    next_position bigint NOT NULL DEFAULT 0 CHECK (next_position >= 0),
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50)
"""

_PROGRESS = """
CREATE TABLE progress (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    PRIMARY KEY (consumer_group, topic, partition),
    FOREIGN KEY (topic, partition) REFERENCES head
) WITH (fillfactor = 50)
"""


def upgrade() -> None:
    """Create the tables and let the application role delete from the log, which retention needs."""
    for table in (_LOG, _HEAD, _PROGRESS):
        op.execute(table)
    op.execute("GRANT DELETE ON log TO bus_app")


def downgrade() -> None:
    """Drop the log with everything in it."""
    for table in ("progress", "head", "log"):
        op.execute(f"DROP TABLE {table}")
