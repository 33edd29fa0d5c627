"""What tests of the tree start from: accounts that stand somewhere, with limits, and requests about them."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from services.limits.domain.account import Account, Basis, EntryKind, Kind
from services.limits.domain.ledger import Cause
from services.limits.domain.reservation import Capture, Reserve
from services.limits.domain.tree import OpenAccount
from services.limits.handlers import accounts, bookkeeping, settling
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.money import Money
from tests.limits import given

KEEPER = "credit-officer"


def key() -> dict[str, str]:
    return {"Idempotency-Key": new_id("key")}


def eur(amount_minor: int) -> dict[str, object]:
    return {"amount_minor": amount_minor, "currency": "EUR"}


async def account(
    db: Database,
    kind: str = "customer",
    *,
    below: Account | None = None,
    limit_minor: int | None = None,
    currency: str = "EUR",
) -> Account:
    """An account of that kind, below another if told; with a limit of its own if told."""
    is_segment = kind == "segment"
    command = OpenAccount(
        account_id=new_id("acc"),
        party_id=below.party_id if is_segment and below is not None else new_id("pty"),
        product="trade-credit",
        currency=currency,
        kind=Kind(kind),
        segment=new_id("seg") if is_segment else "",
        sbu=None,
        parent_id=None if below is None else below.account_id,
        review_due_on=None,
    )
    claim = Claim(KEEPER, "open", new_id("key"), b"fingerprint")
    opened = await accounts.open_account(db, claim, command, KEEPER, None)
    assert isinstance(opened, Answer), opened
    if limit_minor is not None:
        await limit(db, command.account_id, limit_minor)
    return await accounts.get_account(db, command.account_id)


async def limit(db: Database, account_id: str, limit_minor: int) -> None:
    """A limit put in force on an account."""
    async with db.transaction() as tx:
        books = await bookkeeping.open_books(tx, [account_id])
        books.set_limit(
            account_id,
            EntryKind.LIMIT_CHANGED,
            limit_minor=limit_minor,
            cover_minor=0,
            basis=Basis.SET,
            changes_at=None,
            cause=Cause(actor=KEEPER),
        )
        await bookkeeping.save(tx, books)


async def reserve(db: Database, owner: Account, amount_minor: int, *, seconds: float = 3600) -> dict[str, Any]:
    """A reservation that was asked for, as it was answered."""
    command = Reserve(new_id("res"), owner.account_id, Money(amount_minor, owner.currency), timedelta(seconds=seconds))
    return body_of((await settling.carry_out(db, [given.request(command)]))[0])


async def capture(db: Database, reservation_id: str, amount: Money | None = None, *, final: bool = True) -> None:
    """A reservation of which an amount was drawn, all of it when None."""
    (answer,) = await settling.carry_out(db, [given.request(Capture(reservation_id, amount, final))])
    body_of(answer)


def body_of(answer: Answer | Refusal) -> dict[str, Any]:
    assert isinstance(answer, Answer), answer.code
    body: dict[str, Any] = json.loads(answer.body)
    return body


async def balances(db: Database, *owners: Account) -> list[tuple[int, int]]:
    """What is reserved and posted on each account, as it stands."""
    found = [await accounts.get_account(db, owner.account_id) for owner in owners]
    return [(account.reserved_minor, account.posted_minor) for account in found]


async def assert_tree_balances(db: Database, owners: Sequence[Account]) -> None:
    """Entries fold to balances on every account, and open reservations are what is reserved on each of their paths."""
    rows = await given.rows(
        db,
        """
        SELECT a.account_id, a.limit_minor, a.posted_minor, a.reserved_minor, a.version, a.path, e.limits, e.posted,
               e.reserved, e.entries, r.held
        FROM account a,
             LATERAL (SELECT coalesce(sum(limit_delta), 0) AS limits, coalesce(sum(posted_delta), 0) AS posted,
                             coalesce(sum(reserved_delta), 0) AS reserved, count(*) AS entries
                      FROM entry WHERE account_id = a.account_id) e,
             LATERAL (SELECT coalesce(sum(coalesce(held_minor[array_position(path, a.account_id)],
                                                   amount_minor - captured_minor)), 0) AS held
                      FROM reservation WHERE a.account_id = ANY(path) AND state = 'reserved') r
        WHERE a.account_id = ANY(:account_ids)
        """,
        account_ids=[owner.account_id for owner in owners],
    )
    assert len(rows) == len(owners)
    for row in rows:
        assert (row.limits, row.posted, row.reserved) == (row.limit_minor, row.posted_minor, row.reserved_minor)
        assert row.held == row.reserved_minor
        assert row.entries == row.version
    stray = await given.rows(
        db,
        """
        SELECT r.reservation_id FROM reservation r JOIN account a USING (account_id)
        WHERE r.state = 'reserved' AND (r.path <> a.path OR r.root_id <> a.path[1])
          AND a.account_id = ANY(:account_ids)
        """,
        account_ids=[owner.account_id for owner in owners],
    )
    assert not stray


async def opened(officer: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    """An account that an officer opened over HTTP."""
    body = {"party_id": new_id("pty"), "product": "trade-credit", "currency": "EUR", **fields}
    answer = await officer.post("/v1/accounts", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    account: dict[str, Any] = answer.json()
    return account
