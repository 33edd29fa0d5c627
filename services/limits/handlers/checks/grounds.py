"""What checks go by: read once for a whole batch of questions, in a few statements, without locking anything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.limits.domain.account import Account, Status
from services.limits.domain.books import Books
from services.limits.domain.checks.figures import (
    Figures,
    Orders,
    OwnItem,
    orders_without,
    without_items,
    without_reservation,
)
from services.limits.domain.checks.question import Question
from services.limits.domain.checks.rule import Rule
from services.limits.domain.document import Document
from services.limits.domain.holds import Release
from services.limits.domain.items.receivables import Customer, InCurrency, customer_of, joined
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import Reservation
from services.limits.handlers import bookkeeping, holds
from services.limits.replies import check_rules as rules
from services.limits.store import accounts, check_rules, rates, receivables, reservations
from services.limits.store import checks as store
from shared.db import Transaction
from shared.errors import Fault, Refusal, invalid
from shared.facts import FactValue


@dataclass(frozen=True, slots=True)
class Grounds:
    """Accounts with all above them, the rules of their products, and what is known of their documents.

    `owed` is by customer, not by account: who doesn't pay for one segment is not sold to through another.
    """

    books: Books
    rules: Mapping[str, Rule]
    owed: Mapping[Customer, Sequence[InCurrency]]
    orders: Mapping[tuple[str, int], Orders]
    of_party: Mapping[str, Sequence[str]] = field(default_factory=dict)
    own_items: Mapping[tuple[Document, str], Sequence[OwnItem]] = field(default_factory=dict)
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
    releases: Mapping[Document, Release] = field(default_factory=dict)


async def load(tx: Transaction, batch: Sequence[Question]) -> Grounds:
    """Return what the questions of a batch need to know."""
    parties = {question.party_id for question in batch if question.party_id is not None}
    of_party: dict[str, list[str]] = {}
    for account in await accounts.of_parties(tx, parties) if parties else []:
        of_party.setdefault(account.party_id, []).append(account.account_id)
    asked = {question.account_id for question in batch if question.account_id is not None}.union(*of_party.values())
    known = await of_accounts(tx, asked, {question.amount.currency for question in batch})
    documents = {question.document for question in batch if question.document is not None}
    wanted = {question.reservation_id for question in batch if question.reservation_id is not None}
    held = await reservations.named(tx, wanted) if wanted else []
    return Grounds(
        books=known.books,
        rules=known.rules,
        owed=known.owed,
        orders=known.orders,
        of_party=of_party,
        own_items=await store.own_items(tx, documents) if documents else {},
        reservations={entry.reservation_id: entry.as_of(known.books.now) for entry in held},
        releases=await holds.releases(tx, documents, known.books.now) if documents else {},
    )


async def of_accounts(tx: Transaction, account_ids: Collection[str], currencies: Collection[str]) -> Grounds:
    """Return what is known of accounts that may be asked about in `currencies`; unknown ids are left out."""
    read = await bookkeeping.read_books(tx, account_ids)
    asked = [read.accounts[account_id] for account_id in account_ids if account_id in read.accounts]
    in_force = await _rules_in_force(tx, {account.product for account in asked})
    today = read.now.date()
    judged = [account for account in asked if in_force[account.product].needs_items]
    owing = await receivables.of_customers(tx, {customer_of(account) for account in judged}, today) if judged else {}
    # Currencies of thresholds and documents are known only now.
    met = {account.currency for account in read.accounts.values()}.union(
        currencies,
        *(rule.currencies for rule in in_force.values()),
        *({part.currency for part in parts} for parts in owing.values()),
    )
    found = await rates.current(tx, met, today) if len(met) > 1 else Rates()
    needing = sorted(account.account_id for account in judged)
    horizons = frozenset[int]().union(*(rule.horizons for rule in in_force.values()))
    return Grounds(
        books=Books(read.accounts.values(), (), read.now, found),
        rules=in_force,
        owed=owing,
        orders=await store.orders(tx, needing, today, horizons) if needing and horizons else {},
    )


async def _rules_in_force(tx: Transaction, products: Collection[str]) -> dict[str, Rule]:
    """Return the rule of each product: its own, or the one that is built in."""
    stored = await check_rules.latest(tx, products) if products else {}
    return {
        product: rules.read_rule(stored[product].document, product, stored[product].revision)
        if product in stored
        else rules.read_rule(rules.BUILT_IN, product, 0)
        for product in products
    }


def account_for(question: Question, grounds: Grounds) -> Account | None:
    """Return the account that a question is about; of a party's, the one in the amount's currency with most room."""
    if question.account_id is not None:
        return grounds.books.accounts.get(question.account_id)
    of_party = [grounds.books.accounts[account_id] for account_id in grounds.of_party.get(question.party_id or "", ())]
    candidates = [
        account
        for account in of_party
        if question.product in (None, account.product) and question.segment in (None, account.segment)
    ]

    def merit(account: Account) -> tuple[bool, bool, int, int, str]:
        levels = [grounds.books.accounts[account_id] for account_id in account.path]
        is_open = all(level.status is Status.OPEN for level in levels)
        headroom = grounds.books.headroom(account)
        currency = question.amount.currency
        room = None if headroom is None else grounds.books.rates.available(headroom, account.currency, currency)
        in_currency = account.currency == currency
        return in_currency, is_open, -(2**63) if room is None else room, -len(account.path), account.account_id

    return max(candidates, key=merit, default=None)


def figures_for(question: Question, account: Account, grounds: Grounds) -> Figures | Refusal:
    """Return the figures of a check, without what its document itself counts for already.

    Refused with 422: facts that the rule does not know or that are of other types, and a reservation that is not there
    or is another account's.
    """
    rule, books = grounds.rules[account.product], grounds.books
    facts = _facts(question, rule)
    if isinstance(facts, Refusal):
        return facts
    levels = tuple(books.accounts[account_id] for account_id in account.path)
    if question.reservation_id is not None:
        reservation = grounds.reservations.get(question.reservation_id)
        if reservation is None or reservation.account_id != account.account_id:
            fault = Fault("/reservation_id", "reservation_not_found", "is no reservation on this account")
            return invalid("reservation_not_found", "there is no such reservation on this account", [fault])
        levels = without_reservation(levels, reservation)
    own = () if question.document is None else grounds.own_items.get((question.document, account.account_id), ())
    today = books.now.date()
    orders = {
        days: orders_without(grounds.orders[account.account_id, days], own, today + timedelta(days=days))
        for days in rule.horizons
        if (account.account_id, days) in grounds.orders
    }
    # A move that is tried out changes nothing about who owes what.
    owed = grounds.owed.get(customer_of(books.before[account.account_id]))
    return Figures(
        amount=question.amount,
        levels=without_items(levels, own),
        rates=books.rates,
        now=books.now,
        receivables=None if owed is None else joined(owed, account.currency, books.rates),
        orders=orders,
        checkpoint=question.checkpoint,
        facts=facts,
    )


def _facts(question: Question, rule: Rule) -> Mapping[str, FactValue] | Refusal:
    stated = question.facts
    if question.is_again:
        stated = {name: value for name, value in stated.items() if name in rule.facts.facts}
    values, faults = rule.facts.parse(stated)
    if faults and not question.is_again:
        return invalid("invalid_facts", "the facts do not fit the rule of this product", faults[:20])
    return values
