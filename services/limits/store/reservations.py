"""Reservations, read and written in sets."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.account import Reason
from services.limits.domain.reservation import Reservation, State
from shared.db import Transaction, rows_json
from shared.money import Money

_SELECT: Final = """
    SELECT r.reservation_id, r.account_id, r.amount_minor, a.currency, r.captured_minor, r.state, r.reason,
           r.reference, r.expires_at, r.created_at, r.resolved_at, statement_timestamp() AS now
    FROM reservation r JOIN account a USING (account_id)
"""
_FIND: Final = text(f"{_SELECT} WHERE r.reservation_id = :reservation_id")
_NAMED: Final = text(f"{_SELECT} WHERE r.reservation_id = ANY(CAST(:reservation_id AS text[]))")
_DUE: Final = text(f"""
    {_SELECT} WHERE r.account_id = ANY(CAST(:account_id AS text[])) AND r.state = 'reserved' AND r.expires_at <= :now
    ORDER BY r.expires_at, r.reservation_id LIMIT :limit
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
_ADD: Final = text("""
    INSERT INTO reservation (reservation_id, account_id, amount_minor, state, reason, reference, expires_at, created_at,
                             resolved_at)
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(reservation_id text, account_id text, amount_minor bigint, state text, reason text, reference text,
                expires_at timestamptz, created_at timestamptz, resolved_at timestamptz)
""")
_RESOLVE: Final = text("""
    UPDATE reservation t SET state = r.state, captured_minor = r.captured_minor, resolved_at = r.resolved_at
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(reservation_id text, state text, captured_minor bigint, resolved_at timestamptz)
    WHERE t.reservation_id = r.reservation_id AND t.state = 'reserved'
""")


async def find(tx: Transaction, reservation_id: str) -> Reservation | None:
    """Return a reservation as it stands by the clock of the database."""
    row = (await tx.execute(_FIND, {"reservation_id": reservation_id})).one_or_none()
    return None if row is None else _reservation(row).as_of(row.now)


async def named(tx: Transaction, reservation_ids: Collection[str]) -> list[Reservation]:
    """Return those of the reservations that exist, as recorded; their accounts must be locked."""
    return [_reservation(row) for row in await tx.execute(_NAMED, {"reservation_id": sorted(reservation_ids)})]


async def due(
    tx: Transaction, account_ids: Collection[str], now: datetime, limit: int | None = None
) -> list[Reservation]:
    """Return the reservations of locked accounts that have run out by `now` and are not yet recorded as expired."""
    rows = await tx.execute(_DUE, {"account_id": sorted(account_ids), "now": now, "limit": limit})
    return [_reservation(row) for row in rows]


async def account_ids(tx: Transaction, reservation_ids: Collection[str]) -> set[str]:
    """Return the accounts that reservations are on. A reservation never moves, so no lock is needed to know."""
    return set((await tx.execute(_ACCOUNT_IDS, {"reservation_id": sorted(reservation_ids)})).scalars())


async def accounts_due(tx: Transaction, limit: int) -> set[str]:
    """Return the accounts of the `limit` reservations that ran out first and are not yet recorded as expired."""
    return set((await tx.execute(_ACCOUNTS_DUE, {"limit": limit})).scalars())


async def add(tx: Transaction, reservations: Sequence[Reservation]) -> None:
    """Store new reservations, reserved or declined."""
    if not reservations:
        return
    rows = [
        {
            "reservation_id": entry.reservation_id,
            "account_id": entry.account_id,
            "amount_minor": entry.amount.amount_minor,
            "state": entry.state,
            "reason": entry.reason,
            "reference": entry.reference,
            "expires_at": entry.expires_at,
            "created_at": entry.created_at,
            "resolved_at": entry.resolved_at,
        }
        for entry in reservations
    ]
    await tx.execute(_ADD, {"rows": rows_json(rows)})


async def resolve(tx: Transaction, reservations: Sequence[Reservation]) -> None:
    """Store how reservations were resolved; each of them must be open."""
    if not reservations:
        return
    rows = [
        {
            "reservation_id": entry.reservation_id,
            "state": entry.state,
            "captured_minor": entry.captured_minor,
            "resolved_at": entry.resolved_at,
        }
        for entry in reservations
    ]
    result = await tx.execute(_RESOLVE, {"rows": rows_json(rows)})
    # A backstop: under the account's lock nobody else can have resolved them.
    if result.rowcount != len(reservations):
        raise AssertionError("a reservation was resolved twice")


def _reservation(row: Any) -> Reservation:
    return Reservation(
        reservation_id=row.reservation_id,
        account_id=row.account_id,
        amount=Money(row.amount_minor, row.currency),
        state=State(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
        captured_minor=row.captured_minor,
        reason=None if row.reason is None else Reason(row.reason),
        reference=row.reference,
        resolved_at=row.resolved_at,
    )
