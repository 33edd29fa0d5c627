"""Accounts form a tree, have a status and a cover; entries balance and say who made them and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"

_ZERO = sa.text("0")
_RESERVED_WHAT_WAS_THERE = (
    "kind NOT IN ('reserved', 'adjusted') OR reserved_delta <= 0 OR coalesce(available_minor, 0) >= 0"
)


def upgrade() -> None:
    _accounts()
    _reservations()
    _entries()


def _accounts() -> None:
    op.add_column("account", sa.Column("kind", sa.Text, nullable=False, server_default=sa.text("'customer'")))
    op.add_column("account", sa.Column("segment", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("account", sa.Column("sbu", sa.Text))
    op.add_column("account", sa.Column("path", pg.ARRAY(sa.Text)))
    op.add_column("account", sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'open'")))
    op.add_column("account", sa.Column("limit_basis", sa.Text, nullable=False, server_default=sa.text("'unset'")))
    op.add_column("account", sa.Column("limit_changes_at", sa.DateTime(timezone=True)))
    op.add_column("account", sa.Column("cover_minor", sa.BigInteger, nullable=False, server_default=_ZERO))
    op.add_column("account", sa.Column("band", sa.SmallInteger, nullable=False, server_default=_ZERO))
    op.add_column("account", sa.Column("review_due_on", sa.Date))
    op.execute("UPDATE account SET path = ARRAY[account_id]")
    op.execute("UPDATE account SET limit_basis = 'set' WHERE limit_decision_id IS NOT NULL")
    op.alter_column("account", "path", nullable=False)
    op.alter_column("account", "commitment_cap_minor", nullable=True, server_default=None)
    op.drop_constraint("account_once", "account")
    op.create_unique_constraint("account_once", "account", ["party_id", "product", "currency", "segment"])
    # A party that has paid ahead owes less than nothing.
    op.drop_constraint("posted_not_negative", "account")
    op.create_check_constraint("kind_known", "account", "kind IN ('group', 'customer', 'segment')")
    op.create_check_constraint("status_known", "account", "status IN ('open', 'suspended', 'blocked', 'closed')")
    op.create_check_constraint("limit_basis_known", "account", "limit_basis IN ('unset', 'default', 'set', 'expired')")
    op.create_check_constraint("path_bounded", "account", "cardinality(path) BETWEEN 1 AND 5")
    op.create_check_constraint("path_ends_here", "account", "path[cardinality(path)] = account_id")
    op.create_check_constraint("cover_not_negative", "account", "cover_minor >= 0")
    op.create_index("account_below", "account", ["path"], postgresql_using="gin")
    op.create_index(
        "account_limit_due", "account", ["limit_changes_at"], postgresql_where=sa.text("limit_changes_at IS NOT NULL")
    )
    # Balances change all the time and no index holds them: with room left on its page a new version of a row touches
    # no index.
    op.execute("ALTER TABLE account SET (fillfactor = 80)")


def _reservations() -> None:
    op.add_column("reservation", sa.Column("path", pg.ARRAY(sa.Text)))
    op.add_column("reservation", sa.Column("root_id", sa.Text))
    op.add_column("reservation", sa.Column("held_minor", pg.ARRAY(sa.BigInteger)))
    op.add_column("reservation", sa.Column("itemised_minor", sa.BigInteger, nullable=False, server_default=_ZERO))
    op.add_column("reservation", sa.Column("obstacle_account_id", sa.Text))
    op.execute("UPDATE reservation SET path = ARRAY[account_id], root_id = account_id")
    op.alter_column("reservation", "path", nullable=False)
    op.alter_column("reservation", "root_id", nullable=False)
    op.drop_index("reservation_open", "reservation")
    op.create_index(
        "reservation_open", "reservation", ["root_id", "expires_at"], postgresql_where=sa.text("state = 'reserved'")
    )
    # Checked by a query for each row, which cost more than the row itself. Whoever reserves has locked the account, and
    # accounts are never deleted.
    op.drop_constraint("reservation_account_id_fkey", "reservation")
    op.create_check_constraint("itemised_within_captured", "reservation", "itemised_minor BETWEEN 0 AND captured_minor")
    op.create_check_constraint("held_on_every_account", "reservation", "cardinality(held_minor) = cardinality(path)")


def _entries() -> None:
    op.add_column("entry", sa.Column("transaction_id", sa.Text))
    op.add_column("entry", sa.Column("cover_delta", sa.BigInteger, nullable=False, server_default=_ZERO))
    op.add_column("entry", sa.Column("available_delta", sa.BigInteger))
    op.add_column("entry", sa.Column("available_minor", sa.BigInteger))
    for name in ("item_id", "proposal_id", "actor", "reason"):
        op.add_column("entry", sa.Column(name, sa.Text))
    op.execute("""
        UPDATE entry e SET transaction_id = e.account_id || '/' || e.version, available_delta = s.available_delta,
               available_minor = s.available_minor
        FROM (SELECT account_id, version, limit_delta - reserved_delta - posted_delta AS available_delta,
                     sum(limit_delta - reserved_delta - posted_delta) OVER (PARTITION BY account_id ORDER BY version)
                         AS available_minor
              FROM entry) s
        WHERE (s.account_id, s.version) = (e.account_id, e.version)
    """)
    # An entry is known by its account and its number there: an id besides would be one more index to keep, three times
    # for a reservation.
    op.drop_column("entry", "entry_id")
    op.drop_constraint("entry_in_order", "entry")
    op.create_primary_key("entry_in_order", "entry", ["account_id", "version"])
    op.drop_constraint("entry_account_id_fkey", "entry")
    op.alter_column("entry", "transaction_id", nullable=False)
    op.alter_column("entry", "available_delta", nullable=False)
    op.create_check_constraint(
        "entry_sums_to_zero", "entry", "limit_delta + cover_delta - available_delta - reserved_delta - posted_delta = 0"
    )
    op.create_check_constraint(
        "reserved_what_was_there",
        "entry",
        _RESERVED_WHAT_WAS_THERE,
    )


def downgrade() -> None:
    op.execute("ALTER TABLE account RESET (fillfactor)")
    for name in ("reserved_what_was_there", "entry_sums_to_zero"):
        op.drop_constraint(name, "entry")
    op.create_foreign_key("entry_account_id_fkey", "entry", "account", ["account_id"], ["account_id"])
    op.add_column("entry", sa.Column("entry_id", sa.Text))
    op.execute("UPDATE entry SET entry_id = account_id || '/' || version")
    op.drop_constraint("entry_in_order", "entry")
    op.create_primary_key("entry_pkey", "entry", ["entry_id"])
    op.create_unique_constraint("entry_in_order", "entry", ["account_id", "version"])
    for name in (
        "reason",
        "actor",
        "proposal_id",
        "item_id",
        "available_minor",
        "available_delta",
        "cover_delta",
        "transaction_id",
    ):
        op.drop_column("entry", name)
    for name in ("held_on_every_account", "itemised_within_captured"):
        op.drop_constraint(name, "reservation")
    op.create_foreign_key("reservation_account_id_fkey", "reservation", "account", ["account_id"], ["account_id"])
    op.drop_index("reservation_open", "reservation")
    op.create_index(
        "reservation_open", "reservation", ["account_id", "expires_at"], postgresql_where=sa.text("state = 'reserved'")
    )
    for name in ("obstacle_account_id", "itemised_minor", "held_minor", "root_id", "path"):
        op.drop_column("reservation", name)
    op.drop_index("account_limit_due", "account")
    op.drop_index("account_below", "account")
    for name in (
        "cover_not_negative",
        "path_ends_here",
        "path_bounded",
        "limit_basis_known",
        "status_known",
        "kind_known",
        "account_once",
    ):
        op.drop_constraint(name, "account")
    op.create_unique_constraint("account_once", "account", ["party_id", "product", "currency"])
    op.create_check_constraint("posted_not_negative", "account", "posted_minor >= 0")
    op.execute("UPDATE account SET commitment_cap_minor = 0 WHERE commitment_cap_minor IS NULL")
    op.alter_column("account", "commitment_cap_minor", nullable=False, server_default=_ZERO)
    for name in (
        "review_due_on",
        "band",
        "cover_minor",
        "limit_changes_at",
        "limit_basis",
        "status",
        "path",
        "sbu",
        "segment",
        "kind",
    ):
        op.drop_column("account", name)
