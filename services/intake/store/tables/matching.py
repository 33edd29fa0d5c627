"""By what parties are found again, and cases in which a person says who is who."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.intake.store.tables.registry import metadata
from shared.tables import NOW

# No row is ever read by itself, and a key is 8 bytes of a blind digest: a primary key would double what is stored.
match_key = sa.Table(
    "match_key",
    metadata,
    sa.Column("digest", sa.BigInteger, nullable=False, index=True),
    sa.Column("party_id", sa.Text, nullable=False, index=True),
)

match_case = sa.Table(
    "match_case",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default="open"),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.Column("verdict", sa.Text),
    sa.Column("same_as", sa.Text),
    sa.Column("resolved_by", sa.Text),
    sa.Column("resolved_at", sa.DateTime(timezone=True)),
    sa.Column("reason", pg.BYTEA),
    sa.Index("match_case_by_status", "status", "case_id"),
    sa.Index("match_case_of_party", "party_id", "case_id"),
    sa.Index("match_case_one_open", "party_id", unique=True, postgresql_where=sa.text("status = 'open'")),
)

match_candidate = sa.Table(
    "match_candidate",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("match_case.case_id"), primary_key=True),
    sa.Column("party_id", sa.Text, primary_key=True, index=True),
    sa.Column("likeness", sa.SmallInteger, nullable=False),
    sa.Column("grounds", pg.ARRAY(sa.Text), nullable=False),
)

# Both ways round, so that each party finds its own. Where a merge was taken back no case says it.
match_difference = sa.Table(
    "match_difference",
    metadata,
    sa.Column("party_id", sa.Text, primary_key=True),
    sa.Column("other_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text),
)
