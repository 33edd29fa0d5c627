"""Credit accounts, their entries and reservations."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.limits.store.tables.metadata import metadata
from shared.tables import NOW

_ZERO = sa.text("0")

account = sa.Table(
    "account",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("party_id", sa.Text, nullable=False),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default=sa.text("'customer'")),
    sa.Column("segment", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("sbu", sa.Text),
    # From the root of the tree to the account itself, so that what a reservation must fit is known by one read.
    sa.Column("path", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'open'")),
    sa.Column("limit_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("limit_basis", sa.Text, nullable=False, server_default=sa.text("'unset'")),
    sa.Column("limit_changes_at", sa.DateTime(timezone=True)),
    sa.Column("cover_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("posted_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("reserved_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    # Written by changes of the limit and of documents only, so that a fault in reserving can't commit more than that;
    # without one, the account has no limit of its own.
    sa.Column("commitment_cap_minor", sa.BigInteger),
    sa.Column("band", sa.SmallInteger, nullable=False, server_default=_ZERO),
    sa.Column("version", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("review_due_on", sa.Date),
    sa.Column("limit_decision_id", sa.Text),
    sa.Column("limit_decided_at", sa.DateTime(timezone=True)),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    sa.UniqueConstraint("party_id", "product", "currency", "segment", name="account_once"),
    sa.CheckConstraint("kind IN ('group', 'customer', 'segment')", name="kind_known"),
    sa.CheckConstraint("status IN ('open', 'suspended', 'blocked', 'closed')", name="status_known"),
    sa.CheckConstraint("limit_basis IN ('unset', 'default', 'set', 'expired')", name="limit_basis_known"),
    sa.CheckConstraint("cardinality(path) BETWEEN 1 AND 5", name="path_bounded"),
    sa.CheckConstraint("path[cardinality(path)] = account_id", name="path_ends_here"),
    sa.CheckConstraint("limit_minor >= 0", name="limit_not_negative"),
    sa.CheckConstraint("cover_minor >= 0", name="cover_not_negative"),
    sa.CheckConstraint("reserved_minor >= 0", name="reserved_not_negative"),
    sa.CheckConstraint("posted_minor + reserved_minor <= commitment_cap_minor", name="never_oversold"),
    # What is below an account, for moves in the tree and for what-if questions about a group.
    sa.Index("account_below", "path", postgresql_using="gin"),
    # What the sweeper looks for: limits that change by the clock.
    sa.Index("account_limit_due", "limit_changes_at", postgresql_where=sa.text("limit_changes_at IS NOT NULL")),
    # Whom a change of their product's default concerns.
    sa.Index(
        "account_by_default",
        "product",
        "account_id",
        postgresql_where=sa.text("limit_basis IN ('unset', 'default')"),
    ),
    # No index holds the balances: with room left on its page, a row that changes touches none.
    postgresql_with={"fillfactor": 80},
)

reservation = sa.Table(
    "reservation",
    metadata,
    sa.Column("reservation_id", sa.Text, primary_key=True),
    # No foreign keys: they were checked by a query for each row, which cost more than the row. Whoever reserves or
    # enters has locked the account, and accounts are never deleted.
    sa.Column("account_id", sa.Text, nullable=False),
    # Every account it is held on, from the root to its own, and the root once more, for the indexes below.
    sa.Column("path", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("root_id", sa.Text, nullable=False),
    # What is still held on each of them in its currency, where currencies differ.
    sa.Column("held_minor", pg.ARRAY(sa.BigInteger)),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("captured_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    # Which part of what was captured has since become documents.
    sa.Column("itemised_minor", sa.BigInteger, nullable=False, server_default=_ZERO),
    # What the rest of it is entered with on each account of the path, where currencies differ.
    sa.Column("unitemised_minor", pg.ARRAY(sa.BigInteger)),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("obstacle_account_id", sa.Text),
    sa.Column("reference", sa.Text),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("resolved_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
    sa.CheckConstraint("captured_minor BETWEEN 0 AND amount_minor", name="captured_within_amount"),
    sa.CheckConstraint("itemised_minor BETWEEN 0 AND captured_minor", name="itemised_within_captured"),
    sa.CheckConstraint("cardinality(held_minor) = cardinality(path)", name="held_on_every_account"),
    sa.CheckConstraint("state IN ('reserved', 'declined', 'captured', 'released', 'expired')", name="state_known"),
    # Whoever locks an account looks for what has run out in its tree; the sweeper for what has run out anywhere.
    sa.Index("reservation_open", "root_id", "expires_at", postgresql_where=sa.text("state = 'reserved'")),
    sa.Index("reservation_due", "expires_at", postgresql_where=sa.text("state = 'reserved'")),
)

entry = sa.Table(
    "entry",
    metadata,
    # The same for all entries that one command made, on whatever accounts.
    sa.Column("transaction_id", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("limit_delta", sa.BigInteger, nullable=False),
    sa.Column("cover_delta", sa.BigInteger, nullable=False, server_default=_ZERO),
    sa.Column("available_delta", sa.BigInteger, nullable=False),
    sa.Column("reserved_delta", sa.BigInteger, nullable=False),
    sa.Column("posted_delta", sa.BigInteger, nullable=False),
    # What was available afterwards, where the account has a limit of its own.
    sa.Column("available_minor", sa.BigInteger),
    sa.Column("decision_id", sa.Text),
    sa.Column("reservation_id", sa.Text),
    sa.Column("item_id", sa.Text),
    sa.Column("proposal_id", sa.Text),
    sa.Column("reference", sa.Text),
    sa.Column("actor", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    # What an entry is known by: its account and its number there.
    sa.PrimaryKeyConstraint("account_id", "version", name="entry_in_order"),
    sa.CheckConstraint(
        "limit_delta + cover_delta - available_delta - reserved_delta - posted_delta = 0", name="entry_sums_to_zero"
    ),
    sa.CheckConstraint(
        "kind NOT IN ('reserved', 'adjusted') OR reserved_delta <= 0 OR coalesce(available_minor, 0) >= 0",
        name="reserved_what_was_there",
    ),
    sa.Index("entry_of_decision", "decision_id", unique=True, postgresql_where=sa.text("decision_id IS NOT NULL")),
)
