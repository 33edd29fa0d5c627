"""Random work on trees of accounts, of every kind that enters something in the books."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from services.limits.domain.account import Account
from services.limits.domain.books import Books, Command
from services.limits.domain.document import Document
from services.limits.domain.items.item import Category, LineKey, Statement
from services.limits.domain.ledger import Cause, Why
from services.limits.domain.reservation import Adjust, Capture, Release, Reserve
from services.limits.domain.terms import Cover, Security, Term, TermKind
from services.limits.handlers import bookkeeping, granting, moving, rates, rolling, settling
from services.limits.handlers.accounts import get_account
from services.limits.handlers.items import Line, PutItems, put_items
from services.limits.store import terms
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Claim
from shared.ids import new_id
from shared.money import Money
from tests.limits import given
from tests.limits.tree import given as trees

ROUNDS: Final = 120
RATES: Final = ((("EUR", "USD"), Decimal("1.0837")), (("EUR", "JPY"), Decimal("162.31")))


async def fill(db: Database, seed: int = 6) -> None:
    """Open trees and work on them at random."""
    chance = random.Random(seed)
    groups = [await trees.account(db, "group") for _ in range(2)]
    customers = [await trees.account(db, below=groups[number % 2]) for number in range(4)]
    segments = [await trees.account(db, "segment", below=customer) for customer in customers[:2]]
    # Of two currencies, and never moved: there every level is known by what was entered for it.
    world = await trees.account(db, "group")
    abroad = await trees.account(db, below=world, currency="USD")
    branch = await trees.account(db, "segment", below=abroad, currency="JPY")
    today = datetime.now(UTC).date()
    await rates.state_rates(db, rates.StateRates(today - timedelta(days=1), 7, "ecb", "erp", RATES))
    loners = [await given.account_with(db, 900_000) for _ in range(2)]
    for account in [*groups, *customers, *segments, world, abroad, branch]:
        await agree(db, account, chance.randint(500_000, 2_000_000), cover_minor=chance.choice([None, 9_999]))
    workable = [*customers, *segments, abroad, branch, *loners]
    made: list[tuple[Account, str]] = []
    for number in range(ROUNDS):
        batch = [_command(chance, workable, made) for _ in range(chance.randint(1, 6))]
        await settling.carry_out(db, [given.request(command) for command in batch])
        made += [
            (next(account for account in workable if account.account_id == command.account_id), command.reservation_id)
            for command in batch
            if isinstance(command, Reserve)
        ]
        await _document(db, chance, workable, made, number)
        if number % 30 == 10:
            await _attach(db, chance.choice(customers), groups)
        if number % 30 == 20:
            account = chance.choice(loners)
            await granting.grant_limits(db, [given.decision(chance.randint(1_000, 900_000), party_id=account.party_id)])
    await settling.expire_due(db, 10_000)


def _command(chance: random.Random, accounts: Sequence[Account], made: Sequence[tuple[Account, str]]) -> Command:
    kind = chance.choice(["reserve", "reserve", "capture", "release", "adjust"]) if made else "reserve"
    if kind == "reserve":
        account = chance.choice(accounts)
        lasts = timedelta(seconds=chance.choice([-1, 3_600, 3_600, 3_600]))
        amount = Money(chance.randint(1, 9_000), account.currency)
        return Reserve(new_id("res"), account.account_id, amount, lasts, reference=new_id("ref"))
    account, reservation_id = chance.choice(made)
    amount = Money(chance.randint(1, 9_000), account.currency)
    if kind == "capture":
        return Capture(reservation_id, chance.choice([None, amount]), chance.choice([True, False]))
    return Adjust(reservation_id, amount) if kind == "adjust" else Release(reservation_id)


async def _document(
    db: Database, chance: random.Random, accounts: Sequence[Account], made: Sequence[tuple[Account, str]], number: int
) -> None:
    """State some lines: new ones and newer versions, some that follow others, some that draw on reservations."""
    lines = []
    for place in range(chance.randint(1, 4)):
        account, reservation_id = chance.choice(made)
        draws = chance.random() < 0.3
        if not draws:
            account = chance.choice(accounts)
        lines.append(
            Line(
                Statement(
                    key=_line(account, chance.randint(0, 15)),
                    version=number * 10 + place,
                    account_id=account.account_id,
                    category=chance.choice(list(Category)),
                    amount=Money(chance.randint(0, 20_000), chance.choice(["EUR", "EUR", "USD"])),
                    paid_minor=0,
                    due_on=date(2026, 1, 1),
                    ship_on=chance.choice([None, date(2026, 1, 1), date(2999, 1, 1)]),
                    disputed=chance.random() < 0.1,
                    statistical=chance.random() < 0.1,
                    follows=chance.choice([None, _line(account, chance.randint(0, 15))]),
                    reservation_id=reservation_id if draws else None,
                )
            )
        )
    claim = Claim("erp", "put", new_id("key"), b"fingerprint")
    await put_items(db, claim, PutItems(tuple(lines), "erp", None))


def _line(account: Account, number: int) -> LineKey:
    return LineKey(Document("erp", "document", f"{account.account_id}-{number}"), "10")


async def agree(db: Database, account: Account, limit_minor: int, *, cover_minor: int | None = None) -> None:
    """Agree a limit, and perhaps a cover, for an account, and put them in force."""
    async with db.transaction() as tx:
        books = await bookkeeping.open_books(tx, [account.account_id])
        added = [_term(account, TermKind.BASE, limit_minor, books)]
        if cover_minor is not None:
            added.append(_term(account, TermKind.COVER, cover_minor, books))
        await terms.add(tx, added)
        known = await rolling.agreed_for_good(tx, [account], books.now)
        found = known[account.account_id].in_force(books.now)
        rolling.put_in_force(
            books, account.account_id, found, Why.PROPOSAL, Cause(actor="credit-officer", reason="agreed")
        )
        await bookkeeping.save(tx, books)


def _term(account: Account, kind: TermKind, amount_minor: int, books: Books) -> Term:
    return Term(
        term_id=new_id("trm"),
        account_id=account.account_id,
        kind=kind,
        amount_minor=amount_minor,
        effective_from=books.now,
        effective_to=None,
        stated_at=books.now,
        created_at=books.now,
        actor="credit-officer",
        reason="agreed",
        cover=Cover(Security.INSURANCE, Decimal("0.9")) if kind is TermKind.COVER else None,
    )


async def _attach(db: Database, customer: Account, groups: Sequence[Account]) -> None:
    stands = await get_account(db, customer.account_id)
    parents = [*(group.account_id for group in groups), None]
    above = stands.path[-2] if len(stands.path) > 1 else None
    parent_id = next(parent for parent in parents if parent != above)
    try:
        await moving.move_account(db, customer.account_id, parent_id, "credit-officer", "a new owner")
    except Refusal as refusal:
        raise AssertionError(refusal.code) from None
