"""Credit accounts, locked, read and written in sets."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.account import Account
from shared.db import Transaction, rows_json
from shared.ids import new_id

AccountKey = tuple[str, str, str]
"""What an account is opened for: party, product and currency."""

_OPEN: Final = text("""
    INSERT INTO account (account_id, party_id, product, currency)
    SELECT r.account_id, r.party_id, r.product, r.currency
    FROM unnest(CAST(:account_id AS text[]), CAST(:party_id AS text[]), CAST(:product AS text[]),
                CAST(:currency AS text[])) AS r(account_id, party_id, product, currency)
    ON CONFLICT ON CONSTRAINT account_once DO NOTHING
""")
_IDS: Final = text("""
    SELECT party_id, product, currency, account_id FROM account
    JOIN unnest(CAST(:party_id AS text[]), CAST(:product AS text[]), CAST(:currency AS text[]))
         AS r(party_id, product, currency) USING (party_id, product, currency)
""")
_LOCK: Final = text("""
    SELECT account_id FROM account WHERE account_id = ANY(CAST(:account_id AS text[])) ORDER BY account_id FOR UPDATE
""")
_LOCK_FREE: Final = text(f"{_LOCK.text.rstrip()} SKIP LOCKED")
_LOAD: Final = text("""
    SELECT account_id, party_id, product, currency, opened_at, limit_minor, posted_minor, reserved_minor, version,
           limit_decided_at, limit_decision_id
    FROM account WHERE account_id = ANY(CAST(:account_id AS text[]))
""")
_CLOCK: Final = text("SELECT clock_timestamp()")
# What has run out no longer counts as reserved, whether or not that has been recorded.
_VIEW: Final = """
    SELECT a.account_id, a.party_id, a.product, a.currency, a.opened_at, a.limit_minor, a.posted_minor,
           a.reserved_minor - coalesce(due.amount_minor, 0)::bigint AS reserved_minor, a.version,
           a.limit_decided_at, a.limit_decision_id
    FROM account a LEFT JOIN LATERAL (
        SELECT sum(r.amount_minor) AS amount_minor FROM reservation r
        WHERE r.account_id = a.account_id AND r.state = 'reserved' AND r.expires_at <= statement_timestamp()
    ) due ON true
"""
_FIND: Final = text(f"{_VIEW} WHERE a.account_id = :account_id")
_OF_PARTIES: Final = text(f"{_VIEW} WHERE a.party_id = ANY(CAST(:party_id AS text[])) ORDER BY a.account_id")
_SAVE: Final = text("""
    UPDATE account a SET posted_minor = r.posted_minor, reserved_minor = r.reserved_minor, version = r.version
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(account_id text, posted_minor bigint, reserved_minor bigint, version bigint)
    WHERE a.account_id = r.account_id
""")
_SAVE_LIMITS: Final = text("""
    UPDATE account a SET limit_minor = r.limit_minor, limit_decision_id = r.limit_decision_id,
           limit_decided_at = r.limit_decided_at, version = r.version,
           commitment_cap_minor = greatest(r.limit_minor, a.posted_minor + a.reserved_minor)
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(account_id text, limit_minor bigint, limit_decision_id text, limit_decided_at timestamptz, version bigint)
    WHERE a.account_id = r.account_id
""")


async def open_missing(tx: Transaction, keys: Collection[AccountKey]) -> dict[AccountKey, str]:
    """Return the account id of each key, opening the accounts that are new with a limit of 0."""
    # Sorted, so that two batches that open the same accounts wait for each other instead of deadlocking.
    ordered = sorted(keys)
    columns: dict[str, list[str]] = {
        "party_id": [party_id for party_id, _, _ in ordered],
        "product": [product for _, product, _ in ordered],
        "currency": [currency for _, _, currency in ordered],
    }
    await tx.execute(_OPEN, {"account_id": [new_id("acc") for _ in ordered], **columns})
    # A statement of its own: one that also inserted would not see the row a rival has just committed.
    rows = await tx.execute(_IDS, columns)
    return {(row.party_id, row.product, row.currency): row.account_id for row in rows}


async def lock(tx: Transaction, account_ids: Collection[str], *, skip_locked: bool = False) -> list[Account]:
    """Lock accounts in the order of their ids, which every transaction keeps, and return them as they now are.

    Unknown ids are left out, and with `skip_locked` those that another transaction holds.
    """
    statement = _LOCK_FREE if skip_locked else _LOCK
    locked = list((await tx.execute(statement, {"account_id": sorted(account_ids)})).scalars())
    if not locked:
        return []
    # A statement of its own: its snapshot is younger than the locks, so it sees all that was committed under them.
    return [_account(row) for row in await tx.execute(_LOAD, {"account_id": locked})]


async def clock(tx: Transaction) -> datetime:
    """Return the time of the database, the authority for expiries; to be asked after locking, not before."""
    now: datetime = (await tx.execute(_CLOCK)).scalar_one()
    return now


async def find(tx: Transaction, account_id: str) -> Account | None:
    """Return an account as it stands, without locking it."""
    row = (await tx.execute(_FIND, {"account_id": account_id})).one_or_none()
    return None if row is None else _account(row)


async def of_parties(tx: Transaction, party_ids: Collection[str]) -> list[Account]:
    """Return the accounts of parties as they stand, oldest first, without locking them."""
    return [_account(row) for row in await tx.execute(_OF_PARTIES, {"party_id": sorted(party_ids)})]


async def save_balances(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store what is posted and reserved on locked accounts."""
    if not accounts:
        return
    rows = [
        {
            "account_id": account.account_id,
            "posted_minor": account.posted_minor,
            "reserved_minor": account.reserved_minor,
            "version": account.version,
        }
        for account in accounts
    ]
    await tx.execute(_SAVE, {"rows": rows_json(rows)})


async def save_limits(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store the limits of locked accounts, and with them how much may ever be committed under these limits."""
    if not accounts:
        return
    rows = [
        {
            "account_id": account.account_id,
            "limit_minor": account.limit_minor,
            "limit_decision_id": account.limit_decision_id,
            "limit_decided_at": account.limit_decided_at,
            "version": account.version,
        }
        for account in accounts
    ]
    await tx.execute(_SAVE_LIMITS, {"rows": rows_json(rows)})


def _account(row: Any) -> Account:
    return Account(
        account_id=row.account_id,
        party_id=row.party_id,
        product=row.product,
        currency=row.currency,
        opened_at=row.opened_at,
        limit_minor=row.limit_minor,
        posted_minor=row.posted_minor,
        reserved_minor=row.reserved_minor,
        version=row.version,
        limit_decided_at=row.limit_decided_at,
        limit_decision_id=row.limit_decision_id,
    )
