"""Limits by date as they are looked at, and as the clock changes them."""

from dataclasses import dataclass
from datetime import datetime

from services.limits.domain.account import Account
from services.limits.domain.terms import Step, Term
from services.limits.handlers import bookkeeping, rolling
from services.limits.handlers.again import again
from services.limits.store import accounts, product_terms, terms
from shared.db import Database, clock
from shared.errors import not_found


@dataclass(frozen=True, slots=True)
class Limits:
    """What was or will be in force on an account at a time and from then on, and the terms that say so."""

    account: Account
    at: datetime
    course: tuple[Step, ...]
    terms: tuple[Term, ...]


async def get_limits(db: Database, account_id: str, at: datetime | None) -> Limits:
    """Return the limits of an account at a time (None: now); raises `Refusal` with 404.

    Of the past, as they were known then; of the future, as far as they are known now.
    """
    async with db.transaction() as tx:
        account = await accounts.find(tx, account_id)
        if account is None:
            raise not_found("account_not_found", "there is no such account")
        now = await clock(tx)
        moment = now if at is None else at
        holds = await rolling.agreed(tx, [account], moment, known_at=min(moment, now))
    held = holds[account_id]
    return Limits(account, moment, held.course(moment), tuple(held.terms))


async def lapse_due(db: Database, limit: int) -> int:
    """Enter up to about `limit` limits that changed by the clock; return how many accounts were due.

    Accounts that another transaction holds are left to it: whoever works on an account enters what is due there.
    """
    async with db.transaction() as tx:
        due = await terms.accounts_due(tx, limit)
        if not due:
            return 0
        books = await bookkeeping.open_books(tx, due, is_sweep=True)
        await bookkeeping.save(tx, books)
    bookkeeping.count(books.postings)
    return len(due & books.accounts.keys())


@again
async def follow_defaults(db: Database, limit: int) -> int:
    """Have up to `limit` accounts of a product follow what it has come to say; return how many were reached.

    In short transactions one after the other, so that no account is locked for long; of rivals one works on a product.
    """
    async with db.transaction() as tx:
        rollout = await product_terms.next_rollout(tx)
        return 0 if rollout is None else await product_terms.mark_due(tx, rollout, limit)
