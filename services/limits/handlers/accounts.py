"""Accounts as they stand, and what people change on them: opened, described, suspended, blocked, closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.limits.domain.account import Account, Entry, EntryKind
from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause
from services.limits.domain.status import Action, status_after
from services.limits.domain.tree import OpenAccount, misplaced
from services.limits.events.accounts import account_changed
from services.limits.handlers import bookkeeping
from services.limits.handlers.again import again
from services.limits.replies import accounts as replies
from services.limits.store import accounts, history, tree
from shared import idempotency
from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal, conflict, not_found
from shared.idempotency import Answer, Claim
from shared.tracing import current_traceparent

MAX_SHOWN: Final = 500
"""How many accounts of a tree are shown at once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account and what may still be reserved on it; None where nothing bounds it."""

    account: Account
    headroom_minor: int | None


async def get_account(db: Database, account_id: str) -> Account:
    """Return an account as it stands; raises `Refusal` with 404."""
    return (await get_standing(db, account_id)).account


async def list_accounts(db: Database, party_id: str) -> list[Account]:
    """Return the accounts of a party as they stand, oldest first."""
    return [standing.account for standing in await list_standings(db, party_id)]


async def get_standing(db: Database, account_id: str) -> Standing:
    """Return an account as it stands, and its headroom; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        return await standing_of(tx, account_id)


async def standing_of(tx: Transaction, account_id: str) -> Standing:
    """Return an account as it stands for a transaction; raises `Refusal` with 404."""
    books = await bookkeeping.read_books(tx, [account_id])
    return _standing(books, _known(books, account_id))


async def list_standings(db: Database, party_id: str) -> list[Standing]:
    """Return the accounts of a party as they stand, oldest first."""
    async with db.transaction() as tx:
        own = [account.account_id for account in await accounts.of_parties(tx, [party_id])]
        books = await bookkeeping.read_books(tx, own)
    return [_standing(books, books.accounts[account_id]) for account_id in own]


async def list_below(db: Database, account_id: str) -> tuple[list[Standing], bool]:
    """Return an account and those below it, each after the one it stands below, and whether these are all.

    Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        found = await tree.below(tx, account_id, MAX_SHOWN + 1)
        if not found:
            raise _NOT_FOUND
        shown = found[:MAX_SHOWN]
        books = await bookkeeping.read_books(tx, shown)
    return [_standing(books, books.accounts[shown_id]) for shown_id in shown], len(found) == len(shown)


async def list_entries(
    db: Database, account_id: str, before: int, limit: int
) -> tuple[Account, Sequence[Entry], int | None]:
    """Return an account, up to `limit` of its entries numbered below `before`, newest first, and where to go on.

    Raises `Refusal` with 404.
    """
    async with db.transaction() as tx:
        account = await accounts.find(tx, account_id)
        if account is None:
            raise _NOT_FOUND
        found = await history.page(tx, account_id, before, limit)
    return account, found, found[-1].version if found and found[-1].version > 1 else None


class AccountExistsError(Refusal):
    """The party has an account for the same already: `account_id`."""

    def __init__(self, account_id: str) -> None:
        super().__init__(Kind.CONFLICT, "account_exists", f"this party has it already: {account_id}")
        self.account_id = account_id


@again
async def open_account(
    db: Database, claim: Claim, command: OpenAccount, actor: str, reason: str | None
) -> Answer | Refusal:
    """Open an account, at the root of a tree or below another.

    Raises `Refusal`: 409 for one that is there already or can't stand there, 422 for what contradicts itself.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        return [await _open(tx, command, Cause(actor=actor, reason=_said("opened", reason)))]

    (answer,) = await idempotency.once(db, [claim], act)
    return answer


async def _open(tx: Transaction, command: OpenAccount, cause: Cause) -> Answer:
    # First the row and then the locks, as whoever opens accounts for decisions does: so neither waits for the other.
    if not await tree.open_account(tx, command, await clock(tx)):
        raise AccountExistsError(await tree.same(tx, command))
    wanted = [command.account_id, *([] if command.parent_id is None else [command.parent_id])]
    books = await bookkeeping.open_books(tx, wanted)
    parent = None if command.parent_id is None else books.accounts.get(command.parent_id)
    refused = misplaced(command, parent)
    if refused is not None:
        # Raised, so that the row goes too.
        raise refused
    path = (*(() if parent is None else parent.path), command.account_id)
    books.post((command.account_id,), EntryKind.STATUS_CHANGED, cause=cause)
    opened = replace(books.accounts[command.account_id], path=path)
    await bookkeeping.save(tx, books, [account_changed(opened, books.now, current_traceparent())])
    await tree.repath(tx, {command.account_id: path})
    shown = await standing_of(tx, command.account_id)
    body = replies.account_reply(shown.account, shown.headroom_minor).model_dump_json().encode()
    return Answer(201, body, replies.account_location(command.account_id))


@dataclass(frozen=True, slots=True)
class Describe:
    """The command to change what is known of an account that still is as `tag` says; what is None stays."""

    account_id: str
    tag: str
    sbu: tuple[str | None] | None
    review_due_on: tuple[date | None] | None


@again
async def describe_account(db: Database, command: Describe, actor: str, reason: str | None) -> Standing:
    """Change the business unit of an account, or when its review is due; raises `Refusal` with 404, 409 or 412."""
    async with db.transaction() as tx:
        books = await bookkeeping.open_books(tx, [command.account_id])
        account = _known(books, command.account_id)
        if replies.etag(account) != command.tag:
            raise Refusal(Kind.PRECONDITION_FAILED, "account_changed", "somebody has changed it; read it again")
        changes = []
        if command.sbu is not None and command.sbu != (account.sbu,):
            (sbu,) = command.sbu
            account = replace(account, sbu=sbu)
            changes.append(f"sbu: {sbu or 'none'}")
        if command.review_due_on is not None and command.review_due_on != (account.review_due_on,):
            (review_due_on,) = command.review_due_on
            if account.review_due_on is not None and (review_due_on is None or review_due_on > account.review_due_on):
                raise conflict("review_postponed", "propose to put a review off; a second person approves it")
            account = replace(account, review_due_on=review_due_on)
            changes.append(f"review due on: {review_due_on or 'none'}")
        if changes:
            cause = Cause(actor=actor, reason=_said(", ".join(changes), reason))
            _enter(books, account, EntryKind.TERMS_CHANGED, cause)
            await bookkeeping.save(tx, books)
        return await standing_of(tx, command.account_id)


@again
async def change_status(db: Database, account_id: str, action: Action, actor: str, reason: str) -> Standing:
    """Suspend, resume, block, unblock, close or reopen an account. What is committed on it stands.

    Raises `Refusal`: 404, and 409 where the action doesn't apply to the status it has.
    """
    async with db.transaction() as tx:
        books = await bookkeeping.open_books(tx, [account_id])
        account = _known(books, account_id)
        status = status_after(account.status, action)
        if isinstance(status, Refusal):
            raise status
        changed = replace(account, status=status)
        _enter(books, changed, EntryKind.STATUS_CHANGED, Cause(actor=actor, reason=_said(action, reason)))
        await bookkeeping.save(tx, books, [account_changed(changed, books.now, current_traceparent())])
        return await standing_of(tx, account_id)


_NOT_FOUND: Final = not_found("account_not_found", "there is no such account")


def _known(books: Books, account_id: str) -> Account:
    account = books.accounts.get(account_id)
    if account is None:
        raise _NOT_FOUND
    return account


def _standing(books: Books, account: Account) -> Standing:
    return Standing(account, books.headroom(account))


def _enter(books: Books, account: Account, kind: EntryKind, cause: Cause) -> None:
    """Put a changed account into the books, with an entry that says who changed it and why."""
    books.accounts[account.account_id] = account
    books.retermed.add(account.account_id)
    books.post((account.account_id,), kind, cause=cause)


def _said(change: str, reason: str | None) -> str:
    return change if reason is None else f"{change}: {reason}"
