"""What tests of signals start from: accounts that come to their limits and dates, and what they told."""

from datetime import date, timedelta
from typing import Any

from services.limits.domain.account import Account
from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause, Why
from services.limits.domain.terms import Term, TermKind
from services.limits.handlers import bookkeeping, rolling
from services.limits.store import terms
from shared.db import Database
from shared.ids import new_id
from tests.limits import given


async def told(db: Database, kind: str) -> list[dict[str, Any]]:
    """The events of that kind, in order."""
    rows = await given.rows(db, "SELECT payload FROM outbox WHERE type = :type ORDER BY seq", type=f"limits.{kind}.v1")
    return [row.payload for row in rows]


async def crossed(db: Database, account: Account) -> list[tuple[int, str]]:
    """The thresholds that an account crossed, in order."""
    return [
        (event["threshold_percent"], event["direction"])
        for event in await told(db, "utilization_crossed")
        if event["account_id"] == account.account_id
    ]


async def agree(
    db: Database, account: Account, kind: TermKind, amount_minor: int, *, days: float | None = None
) -> None:
    """Agree something for an account from now on, for so many days, and put it in force."""
    async with db.transaction() as tx:
        books = await bookkeeping.open_books(tx, [account.account_id])
        await terms.add(tx, [_term(account, kind, amount_minor, books, days)])
        known = await rolling.agreed_for_good(tx, [account], books.now)
        found = known[account.account_id].in_force(books.now)
        rolling.put_in_force(books, account.account_id, found, Why.PROPOSAL, Cause(actor="credit-officer"))
        await bookkeeping.save(tx, books)


def _term(account: Account, kind: TermKind, amount_minor: int, books: Books, days: float | None) -> Term:
    return Term(
        term_id=new_id("trm"),
        account_id=account.account_id,
        kind=kind,
        amount_minor=amount_minor,
        effective_from=books.now,
        effective_to=None if days is None else books.now + timedelta(days=days),
        stated_at=books.now,
        created_at=books.now,
        actor="credit-officer",
        reason="agreed",
    )


async def review_on(db: Database, account: Account, day: date) -> None:
    """An account whose review is due on a day."""
    await given.rows(
        db,
        "UPDATE account SET review_due_on = :day WHERE account_id = :account_id RETURNING 1",
        day=day,
        account_id=account.account_id,
    )


async def thresholds(db: Database, product: str, *percents: int, hysteresis: int = 5, notice_days: int = 14) -> None:
    """What a product says of the utilizations it wants to be told of."""
    await given.rows(
        db,
        """
        INSERT INTO product_terms (product, revision, thresholds, hysteresis_percent, expiring_notice_days, actor,
                                   reason)
        VALUES (:product, 1, CAST(:percents AS integer[]), :hysteresis, :notice_days, 'credit-manager', 'agreed')
        RETURNING 1
        """,
        product=product,
        percents=list(percents),
        hysteresis=hysteresis,
        notice_days=notice_days,
    )
