"""Credit accounts, locked, read and written in sets."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from itertools import chain
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.account import Account, Basis, Kind, Status, account_of
from shared import errors
from shared.db import Transaction, driver, rows_json
from shared.ids import new_id

AccountKey = tuple[str, str, str]
"""What an account is opened for: party, product and currency."""

_SELECT: Final = """
    SELECT a.account_id, a.party_id, a.product, a.currency, a.opened_at, a.path, a.kind, a.segment, a.sbu, a.status,
    a.limit_minor, a.limit_basis, a.limit_changes_at, a.cover_minor, a.posted_minor, a.band, a.version,
    a.review_due_on, a.limit_decided_at, a.limit_decision_id,
"""
_OPEN: Final = text("""
    INSERT INTO account (account_id, party_id, product, currency, path)
    SELECT r.account_id, r.party_id, r.product, r.currency, ARRAY[r.account_id]
    FROM unnest(CAST(:account_id AS text[]), CAST(:party_id AS text[]), CAST(:product AS text[]),
                CAST(:currency AS text[])) AS r(account_id, party_id, product, currency)
    ON CONFLICT ON CONSTRAINT account_once DO NOTHING
""")
_IDS: Final = text("""
    SELECT party_id, product, currency, account_id FROM account
    JOIN unnest(CAST(:party_id AS text[]), CAST(:product AS text[]), CAST(:currency AS text[]))
         AS r(party_id, product, currency) USING (party_id, product, currency)
    WHERE segment = ''
""")
# With an account come its path, and whatever a reservation that has run out in its tree is still held on. Mostly
# nothing has run out anywhere, which is seen by one look, and then no tree is searched.
_LOCK: Final = f"""
    {_SELECT} a.reserved_minor FROM account a WHERE a.account_id IN (
        SELECT unnest(path) FROM account WHERE account_id = ANY($1::text[])
        UNION
        SELECT unnest(r.path) FROM account a JOIN reservation r ON r.root_id = a.path[1]
        WHERE a.account_id = ANY($1::text[]) AND r.state = 'reserved' AND r.expires_at <= statement_timestamp()
          AND (SELECT expires_at FROM reservation WHERE state = 'reserved' ORDER BY expires_at LIMIT 1)
              <= statement_timestamp()
    )
    ORDER BY a.account_id FOR UPDATE OF a
"""  # noqa: S608 - both parts are constants
_LOCK_FREE: Final = f"{_LOCK.rstrip()} SKIP LOCKED"
# What has run out no longer counts as reserved, whether or not that has been recorded.
_VIEW: Final = """
    a.reserved_minor - coalesce(due.held_minor, 0)::bigint AS reserved_minor
    FROM account a LEFT JOIN LATERAL (
        SELECT sum(coalesce(r.held_minor[array_position(r.path, a.account_id)], r.amount_minor - r.captured_minor))
               AS held_minor
        FROM reservation r
        WHERE r.root_id = a.path[1] AND a.account_id = ANY(r.path) AND r.state = 'reserved'
          AND r.expires_at <= statement_timestamp()
    ) due ON true
"""
_FIND: Final = text(f"{_SELECT} {_VIEW} WHERE a.account_id = ANY(CAST(:account_id AS text[]))")
_ROOTS: Final = "SELECT account_id, path[1] FROM account WHERE account_id = ANY($1::text[])"
_OF_PARTIES: Final = text(f"{_SELECT} {_VIEW} WHERE a.party_id = ANY(CAST(:party_id AS text[])) ORDER BY a.account_id")
_SAVE: Final = """
    UPDATE account a SET posted_minor = r.posted_minor, reserved_minor = r.reserved_minor, version = r.version
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
         AS r(account_id, posted_minor, reserved_minor, version)
    WHERE a.account_id = r.account_id
"""
_SAVE_TERMS: Final = text("""
    UPDATE account a SET limit_minor = r.limit_minor, limit_basis = r.limit_basis,
           limit_changes_at = r.limit_changes_at, cover_minor = r.cover_minor,
           posted_minor = r.posted_minor, reserved_minor = r.reserved_minor,
           status = r.status, band = r.band, review_due_on = r.review_due_on, sbu = r.sbu, version = r.version,
           limit_decision_id = r.limit_decision_id, limit_decided_at = r.limit_decided_at,
           commitment_cap_minor = CASE WHEN r.limit_basis <> 'unset'
               THEN greatest(r.limit_minor + r.cover_minor, r.posted_minor + r.reserved_minor) END
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(account_id text, limit_minor bigint, limit_basis text, limit_changes_at timestamptz, cover_minor bigint,
              posted_minor bigint, reserved_minor bigint, status text, band smallint, review_due_on date, sbu text,
              version bigint, limit_decision_id text, limit_decided_at timestamptz)
    WHERE a.account_id = r.account_id
""")


class TreeChangedError(errors.Refusal):
    """An account moved in its tree while its path was being locked; to be tried again."""

    def __init__(self) -> None:
        super().__init__(errors.Kind.UNAVAILABLE, "tree_changed", "accounts were moved meanwhile; try again")


async def open_missing(tx: Transaction, keys: Collection[AccountKey]) -> dict[AccountKey, str]:
    """Return the account id of each key, opening the accounts that are new, without a limit and a tree each."""
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
    """Lock accounts with all of their paths and return them as they now are.

    In the order of their ids, which every transaction keeps. Unknown ids are left out, and with `skip_locked` accounts
    of which another transaction holds a part of the path. Raises `TreeChangedError`.
    """
    # A row that a rival changed meanwhile comes as he left it, for it is read once it is locked.
    rows = await (await driver(tx)).fetch(_LOCK_FREE if skip_locked else _LOCK, sorted(account_ids))
    found = {row[0]: _account(row) for row in rows}
    accounts = list(found.values())
    if found.keys() >= set(chain.from_iterable([account.path for account in accounts])):
        return accounts
    if not skip_locked:
        raise TreeChangedError
    return [account for account in accounts if found.keys() >= set(account.path)]


async def find(tx: Transaction, account_id: str) -> Account | None:
    """Return an account as it stands, without locking it."""
    return next(iter(await find_all(tx, [account_id])), None)


async def find_all(tx: Transaction, account_ids: Collection[str]) -> list[Account]:
    """Return those of the accounts that exist, as they stand, without locking them."""
    return [_account(row) for row in await tx.execute(_FIND, {"account_id": sorted(account_ids)})]


async def roots(tx: Transaction, account_ids: Collection[str]) -> dict[str, str]:
    """Return the root of the tree that each of the accounts is in, of those that exist."""
    return {row[0]: row[1] for row in await (await driver(tx)).fetch(_ROOTS, sorted(account_ids))}


async def of_parties(tx: Transaction, party_ids: Collection[str]) -> list[Account]:
    """Return the accounts of parties as they stand, oldest first, without locking them."""
    return [_account(row) for row in await tx.execute(_OF_PARTIES, {"party_id": sorted(party_ids)})]


async def save_balances(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store what is posted and reserved on locked accounts."""
    if not accounts:
        return
    await (await driver(tx)).execute(
        _SAVE,
        [account.account_id for account in accounts],
        [account.posted_minor for account in accounts],
        [account.reserved_minor for account in accounts],
        [account.version for account in accounts],
    )


async def save_terms(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store all that may change on locked accounts, and with it how much may ever be committed on them.

    For changes of limits and for documents, which are facts; what reserves and captures uses `save_balances`.
    """
    if not accounts:
        return
    rows = [
        {
            "account_id": account.account_id,
            "limit_minor": account.limit_minor,
            "limit_basis": account.basis,
            "limit_changes_at": account.limit_changes_at,
            "cover_minor": account.cover_minor,
            "posted_minor": account.posted_minor,
            "reserved_minor": account.reserved_minor,
            "status": account.status,
            "band": account.band,
            "review_due_on": account.review_due_on,
            "sbu": account.sbu,
            "version": account.version,
            "limit_decision_id": account.limit_decision_id,
            "limit_decided_at": account.limit_decided_at,
        }
        for account in accounts
    ]
    await tx.execute(_SAVE_TERMS, {"rows": rows_json(rows)})


# Looked up for every account that is read: calling an enumeration costs several times as much.
_BASIS: Final = {basis.value: basis for basis in Basis}
_STATUS: Final = {status.value: status for status in Status}
_KIND: Final = {kind.value: kind for kind in Kind}
# What the columns of a row are called in an account.
_FIELDS: Final = (
    "account_id",
    "party_id",
    "product",
    "currency",
    "opened_at",
    "path",
    "kind",
    "segment",
    "sbu",
    "status",
    "limit_minor",
    "basis",
    "limit_changes_at",
    "cover_minor",
    "posted_minor",
    "band",
    "version",
    "review_due_on",
    "limit_decided_at",
    "limit_decision_id",
    "reserved_minor",
)
assert {field.name for field in fields(Account)} == set(_FIELDS)


def _account(row: Iterable[Any]) -> Account:
    """Return a row of the columns of `_SELECT`, and what is reserved, as an account."""
    known = dict(zip(_FIELDS, row, strict=True))
    known["path"] = tuple(known["path"])
    known["kind"] = _KIND[known["kind"]]
    known["status"] = _STATUS[known["status"]]
    known["basis"] = _BASIS[known["basis"]]
    return account_of(known)
