"""The passing of time on limits: what the clock, or another default, changed comes into force when it is looked at."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.limits.domain.account import Account, EntryKind, Kind
from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause, Why
from services.limits.domain.product_terms import ProductTerms
from services.limits.domain.terms import InForce, Step, Term, course, has_turned, in_force
from services.limits.store import product_terms, terms
from shared.db import Transaction

_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What holds for an account: its own terms that are not over, and what its product says."""

    account_id: str
    terms: Sequence[Term]
    product: ProductTerms
    currency: str
    kind: Kind

    @property
    def default_minor(self) -> int | None:
        """The limit that holds where none was set: a customer's. Groups and segments are bounded by others then."""
        return self.product.of(self.currency).default_limit_minor if self.kind is Kind.CUSTOMER else None

    def in_force(self, t: datetime) -> InForce:
        """Return what is in force at a time."""
        return in_force(self.terms, self.default_minor, t)

    def course(self, t: datetime) -> tuple[Step, ...]:
        """Return what will be in force from a time on if nobody does anything."""
        return course(self.terms, self.default_minor, t)

    def with_terms(self, terms: Sequence[Term]) -> "Agreed":
        """Return what holds with these terms instead."""
        return replace(self, terms=terms)


async def agreed(
    tx: Transaction, accounts: Collection[Account], at: datetime, known_at: datetime | None = None
) -> dict[str, Agreed]:
    """Return what holds for each account from a time on, as far as it was known at another (None: now)."""
    said = await product_terms.current(tx, {account.product for account in accounts}, known_at)
    own = await terms.open_terms(tx, {account.account_id for account in accounts}, at, known_at)
    return {
        account.account_id: Agreed(
            account.account_id, own[account.account_id], said[account.product], account.currency, account.kind
        )
        for account in accounts
    }


async def agreed_for_good(tx: Transaction, accounts: Collection[Account], at: datetime) -> dict[str, Agreed]:
    """Return what holds for locked accounts, and have it hold until the transaction ends: to be put in force."""
    await product_terms.hold(tx, {account.product for account in accounts})
    return await agreed(tx, accounts, at)


async def roll(tx: Transaction, books: Books) -> None:
    """Put in force in the books what was to change by now, whether or not a sweeper has come by."""
    due = _due(books.accounts.values(), books.now)
    if not due:
        return
    known = await agreed_for_good(tx, due, _before(due))
    for account in due:
        held = known[account.account_id]
        found = held.in_force(books.now)
        if says_the_same(account, found):
            # Looked at again: that is a change of nothing and no entry.
            look_again(books, account.account_id, found.changes_at)
            continue
        since = account.limit_changes_at or books.now
        lapsed = has_turned(held.terms, since, books.now)
        cause = Cause(reason="lapse") if lapsed else Cause(actor=held.product.actor, reason=held.product.reason)
        put_in_force(books, account.account_id, found, Why.LAPSE if lapsed else Why.DEFAULT, cause)


async def as_of(tx: Transaction, accounts: Sequence[Account], now: datetime) -> list[Account]:
    """Return accounts, in their order, with what is in force at `now`, recorded or not: for who reads without locks."""
    due = _due(accounts, now)
    if not due:
        return list(accounts)
    known = await agreed(tx, due, _before(due))
    turned = {account.account_id: _with(account, known[account.account_id].in_force(now)) for account in due}
    return [turned.get(account.account_id, account) for account in accounts]


def put_in_force(
    books: Books, account_id: str, found: InForce, why: Why, cause: Cause, kind: EntryKind | None = None
) -> None:
    """Enter what is in force from now on; unless told, of the kind that says whether limit or only cover changed."""
    account = books.accounts[account_id]
    is_limit = (account.limit_minor, account.basis) != (found.limit_minor, found.basis)
    books.set_limit(
        account_id,
        kind or (EntryKind.LIMIT_CHANGED if is_limit else EntryKind.COVER_CHANGED),
        limit_minor=found.limit_minor,
        cover_minor=found.cover_minor,
        basis=found.basis,
        changes_at=found.changes_at,
        cause=cause,
        why=why,
    )


def look_again(books: Books, account_id: str, at: datetime | None) -> None:
    """Have what is in force on an account be looked at again at a time, and not before."""
    books.accounts[account_id] = replace(books.accounts[account_id], limit_changes_at=at)
    books.retermed.add(account_id)


def _due(accounts: Iterable[Account], now: datetime) -> list[Account]:
    return [account for account in accounts if account.limit_changes_at is not None and account.limit_changes_at <= now]


def _before(due: Iterable[Account]) -> datetime:
    """Return a moment before the first change, from which a term that has ended since is still seen."""
    return min(account.limit_changes_at for account in due if account.limit_changes_at is not None) - _INSTANT


def _with(account: Account, found: InForce) -> Account:
    return replace(
        account,
        limit_minor=found.limit_minor,
        cover_minor=found.cover_minor,
        basis=found.basis,
        limit_changes_at=found.changes_at,
    )


def says_the_same(account: Account, found: InForce) -> bool:
    """Tell whether an account has what is in force, whenever that is to change."""
    return replace(_with(account, found), limit_changes_at=account.limit_changes_at) == account
