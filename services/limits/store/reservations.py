"""Reservations, read and written in sets."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.account import Account, Reason
from services.limits.domain.reservation import Reservation, State
from shared.db import Transaction, copy_rows, driver, rows_json
from shared.money import Money

_SELECT: Final = """
    SELECT r.reservation_id, r.path, r.held_minor, r.amount_minor, r.captured_minor, r.itemised_minor,
           r.unitemised_minor, r.state, r.reason, r.obstacle_account_id, r.reference, r.expires_at, r.created_at,
           r.resolved_at, a.currency, statement_timestamp() AS now
    FROM reservation r JOIN account a USING (account_id)
"""
_FIND: Final = text(f"{_SELECT} WHERE r.reservation_id = :reservation_id")
_NAMED: Final = text(f"{_SELECT} WHERE r.reservation_id = ANY(CAST(:reservation_id AS text[]))")
# One look tells whether anything has run out anywhere; mostly nothing has, and then no tree is searched.
_CLOCK: Final = """
    SELECT clock, coalesce((SELECT expires_at FROM reservation WHERE state = 'reserved' ORDER BY expires_at LIMIT 1)
                           <= clock, false)
    FROM (SELECT clock_timestamp() AS clock OFFSET 0) AS c
"""
_DUE: Final = text(f"""
    {_SELECT} WHERE r.root_id = ANY(CAST(:root_id AS text[])) AND r.state = 'reserved' AND r.expires_at <= :now
          AND r.account_id = ANY(CAST(:account_id AS text[]))
    ORDER BY r.expires_at, r.reservation_id
""")
_ACCOUNT_IDS: Final = text("""
    SELECT DISTINCT account_id FROM reservation WHERE reservation_id = ANY(CAST(:reservation_id AS text[]))
""")
_ACCOUNTS_DUE: Final = text("""
    SELECT DISTINCT account_id FROM (
        SELECT account_id FROM reservation WHERE state = 'reserved' AND expires_at <= statement_timestamp()
        ORDER BY expires_at LIMIT :limit
    ) due
""")
_COLUMNS: Final = (
    "reservation_id",
    "account_id",
    "path",
    "root_id",
    "held_minor",
    "amount_minor",
    "captured_minor",
    "state",
    "reason",
    "obstacle_account_id",
    "reference",
    "expires_at",
    "created_at",
    "resolved_at",
)
_CHANGE: Final = text("""
    UPDATE reservation t SET state = r.state, amount_minor = r.amount_minor, captured_minor = r.captured_minor,
           itemised_minor = r.itemised_minor, unitemised_minor = r.unitemised_minor, held_minor = r.held_minor,
           expires_at = r.expires_at, resolved_at = r.resolved_at
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(reservation_id text, state text, amount_minor bigint, captured_minor bigint, itemised_minor bigint,
              unitemised_minor bigint[], held_minor bigint[], expires_at timestamptz, resolved_at timestamptz)
    WHERE t.reservation_id = r.reservation_id AND (t.state = 'reserved' OR t.state = r.state)
""")


async def find(tx: Transaction, reservation_id: str) -> Reservation | None:
    """Return a reservation as it stands by the clock of the database."""
    row = (await tx.execute(_FIND, {"reservation_id": reservation_id})).one_or_none()
    return None if row is None else _reservation(row).as_of(row.now)


async def named(tx: Transaction, reservation_ids: Collection[str]) -> list[Reservation]:
    """Return those of the reservations that exist, as recorded; their accounts must be locked."""
    return [_reservation(row) for row in await tx.execute(_NAMED, {"reservation_id": sorted(reservation_ids)})]


async def due(tx: Transaction, accounts: Collection[Account]) -> tuple[datetime, list[Reservation]]:
    """Return the time of the database, and the reservations of locked accounts that have run out and still count."""
    now, is_any_due = await (await driver(tx)).fetchrow(_CLOCK)
    if not is_any_due:
        return now, []
    roots = sorted({account.path[0] for account in accounts})
    own = sorted(account.account_id for account in accounts)
    rows = await tx.execute(_DUE, {"root_id": roots, "account_id": own, "now": now})
    return now, [_reservation(row) for row in rows]


async def account_ids(tx: Transaction, reservation_ids: Collection[str]) -> set[str]:
    """Return the accounts that reservations are on. A reservation stays on its account: no lock is needed to know."""
    return set((await tx.execute(_ACCOUNT_IDS, {"reservation_id": sorted(reservation_ids)})).scalars())


async def accounts_due(tx: Transaction, limit: int) -> set[str]:
    """Return the accounts of the `limit` reservations that ran out first and are not yet recorded as expired."""
    return set((await tx.execute(_ACCOUNTS_DUE, {"limit": limit})).scalars())


async def add(tx: Transaction, reservations: Sequence[Reservation]) -> None:
    """Store new reservations, reserved or declined."""
    if not reservations:
        return
    rows = [
        (
            entry.reservation_id,
            entry.account_id,
            entry.path,
            entry.path[0],
            entry.held_minor,
            entry.amount.amount_minor,
            entry.captured_minor,
            entry.state,
            entry.reason,
            entry.obstacle_account_id,
            entry.reference,
            entry.expires_at,
            entry.created_at,
            entry.resolved_at,
        )
        for entry in reservations
    ]
    await copy_rows(tx, "reservation", _COLUMNS, rows)


async def change(tx: Transaction, reservations: Sequence[Reservation]) -> None:
    """Store how reservations were captured, adjusted or resolved; what is resolved stays what it is."""
    if not reservations:
        return
    rows = [
        {
            "reservation_id": entry.reservation_id,
            "state": entry.state,
            "amount_minor": entry.amount.amount_minor,
            "captured_minor": entry.captured_minor,
            "itemised_minor": entry.itemised_minor,
            "unitemised_minor": entry.unitemised_minor,
            "held_minor": entry.held_minor,
            "expires_at": entry.expires_at,
            "resolved_at": entry.resolved_at,
        }
        for entry in reservations
    ]
    result = await tx.execute(_CHANGE, {"rows": rows_json(rows)})
    # A backstop: under the account's lock nobody else can have resolved them.
    if result.rowcount != len(reservations):
        raise AssertionError("a reservation was resolved twice")


def _reservation(row: Any) -> Reservation:
    return Reservation(
        reservation_id=row.reservation_id,
        path=tuple(row.path),
        amount=Money(row.amount_minor, row.currency),
        state=State(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
        captured_minor=row.captured_minor,
        itemised_minor=row.itemised_minor,
        held_minor=None if row.held_minor is None else tuple(row.held_minor),
        unitemised_minor=None if row.unitemised_minor is None else tuple(row.unitemised_minor),
        reason=None if row.reason is None else Reason(row.reason),
        obstacle_account_id=row.obstacle_account_id,
        reference=row.reference,
        resolved_at=row.resolved_at,
    )
