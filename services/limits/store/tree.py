"""Where accounts stand: opened, found below one another, moved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from services.limits.domain.reservation import Reservation
from services.limits.domain.tree import OpenAccount
from shared.db import Transaction, rows_json

# Due at once, so that the product's default comes into force.
_OPEN: Final = text("""
    INSERT INTO account (account_id, party_id, product, currency, kind, segment, sbu, review_due_on, path,
                         limit_changes_at)
    VALUES (:account_id, :party_id, :product, :currency, :kind, :segment, :sbu, :review_due_on,
            ARRAY[CAST(:account_id AS text)], :now)
    ON CONFLICT ON CONSTRAINT account_once DO NOTHING
""")
_SAME: Final = text("""
    SELECT account_id FROM account
    WHERE party_id = :party_id AND product = :product AND currency = :currency AND segment = :segment
""")
_BELOW: Final = text("""
    SELECT account_id FROM account WHERE path @> ARRAY[CAST(:account_id AS text)] ORDER BY path LIMIT :limit
""")
_CURRENCIES: Final = text("SELECT DISTINCT currency FROM account WHERE account_id = ANY(CAST(:account_id AS text[]))")
_OPEN_RESERVATIONS: Final = text("""
    SELECT reservation_id FROM reservation
    WHERE root_id = :root_id AND state = 'reserved' AND account_id = ANY(CAST(:account_id AS text[])) LIMIT :limit
""")
_REPATH: Final = text("""
    UPDATE account a SET path = r.path
    FROM json_to_recordset(CAST(:rows AS json)) AS r(account_id text, path text[])
    WHERE a.account_id = r.account_id
""")
_REPATH_RESERVATIONS: Final = text("""
    UPDATE reservation t SET path = r.path, root_id = r.path[1], held_minor = r.held_minor,
           unitemised_minor = r.unitemised_minor
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(reservation_id text, path text[], held_minor bigint[], unitemised_minor bigint[])
    WHERE t.reservation_id = r.reservation_id
""")


async def open_account(tx: Transaction, command: OpenAccount, now: datetime) -> bool:
    """Store a new account at the root of a tree; return False when there is one for the same already."""
    values = {
        "account_id": command.account_id,
        "party_id": command.party_id,
        "product": command.product,
        "currency": command.currency,
        "kind": command.kind,
        "segment": command.segment,
        "sbu": command.sbu,
        "review_due_on": command.review_due_on,
        "now": now,
    }
    return (await tx.execute(_OPEN, values)).rowcount == 1


async def same(tx: Transaction, command: OpenAccount) -> str:
    """Return the id of the account that is there for what another was to be opened for."""
    key = {
        "party_id": command.party_id,
        "product": command.product,
        "currency": command.currency,
        "segment": command.segment,
    }
    found: str = (await tx.execute(_SAME, key)).scalar_one()
    return found


async def below(tx: Transaction, account_id: str, limit: int) -> list[str]:
    """Return up to `limit` accounts that stand below one, itself first, each after the one it stands below."""
    return list((await tx.execute(_BELOW, {"account_id": account_id, "limit": limit})).scalars())


async def currencies(tx: Transaction, account_ids: Collection[str]) -> set[str]:
    """Return the currencies of accounts. An account keeps its currency: no lock is needed to know."""
    return set((await tx.execute(_CURRENCIES, {"account_id": sorted(account_ids)})).scalars())


async def open_reservations(tx: Transaction, root_id: str, account_ids: Collection[str], limit: int) -> list[str]:
    """Return up to `limit` reservations that are recorded as open on locked accounts of one tree."""
    values = {"root_id": root_id, "account_id": sorted(account_ids), "limit": limit}
    return list((await tx.execute(_OPEN_RESERVATIONS, values)).scalars())


async def repath(
    tx: Transaction, paths: Mapping[str, tuple[str, ...]], reservations: Sequence[Reservation] = ()
) -> None:
    """Store the new paths of locked accounts and of the open reservations on them."""
    rows = [{"account_id": account_id, "path": path} for account_id, path in paths.items()]
    await tx.execute(_REPATH, {"rows": rows_json(rows)})
    if not reservations:
        return
    held = [
        {
            "reservation_id": entry.reservation_id,
            "path": entry.path,
            "held_minor": entry.held_minor,
            "unitemised_minor": entry.unitemised_minor,
        }
        for entry in reservations
    ]
    await tx.execute(_REPATH_RESERVATIONS, {"rows": rows_json(held)})
