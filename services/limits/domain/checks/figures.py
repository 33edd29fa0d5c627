"""The figures that a credit check goes by, all of one moment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from services.limits.domain.account import Account, utilization_percent
from services.limits.domain.books import Books
from services.limits.domain.checks.operands import hundredths
from services.limits.domain.checks.result import Checkpoint
from services.limits.domain.items.receivables import Receivables
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import Reservation
from shared.facts import FactValue
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Orders:
    """An account's open orders: what ships within a horizon and beyond it, and what of both counts in the ledger."""

    within_minor: int = 0
    beyond_minor: int = 0
    posted_minor: int = 0


@dataclass(frozen=True, slots=True)
class OwnItem:
    """What an item of the document itself counts with on each account, by id, and of it what is an open order."""

    posted: Mapping[str, int]
    order_minor: int = 0
    order_posted_minor: int = 0
    ship_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of an account and its customer when `amount` is asked about.

    `levels` are the accounts of its path, from the root to itself, and `orders` are by the number of days ahead, both
    without what the document itself already counts for. `receivables` are those of the whole customer. They are None,
    and `orders` lacks a horizon, when they could not be had.
    """

    amount: Money
    levels: tuple[Account, ...]
    rates: Rates
    now: datetime
    receivables: Receivables | None = None
    orders: Mapping[int, Orders] = field(default_factory=dict)
    checkpoint: Checkpoint = Checkpoint.ORDER
    facts: Mapping[str, FactValue] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """The account that was asked about."""
        return self.levels[-1]

    @property
    def path(self) -> tuple[str, ...]:
        """The ids of `levels`."""
        return tuple(level.account_id for level in self.levels)

    def amounts(self) -> tuple[int | None, ...]:
        """Return the amount in the currency of each level, None where there is no exchange rate."""
        return tuple(
            self.rates.committed(self.amount.amount_minor, self.amount.currency, level.currency)
            for level in self.levels
        )

    def headroom(self) -> int | None:
        """Return the least that any level leaves available, in the account's currency; None where nothing bounds it."""
        return Books(self.levels, (), self.now, self.rates).headroom(self.account)


def without_reservation(levels: Sequence[Account], reservation: Reservation) -> tuple[Account, ...]:
    """Return the levels without what a reservation of the document holds, and drew before it became a document."""
    held = dict(zip(reservation.path, reservation.held, strict=True))
    drawn = dict(zip(reservation.path, reservation.unitemised, strict=True))
    return tuple(
        replace(
            level,
            posted_minor=level.posted_minor - drawn.get(level.account_id, 0),
            reserved_minor=level.reserved_minor - held.get(level.account_id, 0),
        )
        for level in levels
    )


def without_items(levels: Sequence[Account], own: Iterable[OwnItem]) -> tuple[Account, ...]:
    """Return the levels without what the document's items count with on each, in the currency of each."""
    counted = Counter[str]()
    for item in own:
        counted.update(item.posted)
    return tuple(replace(level, posted_minor=level.posted_minor - counted[level.account_id]) for level in levels)


def orders_without(orders: Orders, own: Iterable[OwnItem], last_day: date) -> Orders:
    """Return open orders without the document's own; they are within the horizon when they ship by `last_day`."""
    for item in own:
        is_beyond = item.ship_on is not None and item.ship_on > last_day
        orders = Orders(
            within_minor=orders.within_minor - (0 if is_beyond else item.order_minor),
            beyond_minor=orders.beyond_minor - (item.order_minor if is_beyond else 0),
            posted_minor=orders.posted_minor - item.order_posted_minor,
        )
    return orders


def values(figures: Figures, currency: str | None) -> dict[str, Any]:
    """Return the values of all names of a rule's vocabulary, amounts in `currency`; None where one is not known."""
    account, items = figures.account, figures.receivables
    known: dict[str, Any] = {
        **figures.facts,
        "checkpoint": figures.checkpoint.value,
        "account_kind": account.kind.value,
        "account_status": account.status.value,
        "limit_basis": account.basis.value,
        "review_due_on": account.review_due_on,
        "utilization_percent": utilization_percent(account),
        "today()": figures.now.date(),
        "oldest_overdue_days": None if items is None else items.oldest_overdue_days,
        "dunning_level": None if items is None else items.dunning_level,
        "paid_items": None if items is None else items.paid_items,
        "average_days_late": None if items is None else hundredths(items.average_days_late),
    }
    if currency is not None:
        known |= _amounts(figures, currency)
    return known


def _amounts(figures: Figures, currency: str) -> dict[str, int | None]:
    account, items, rates = figures.account, figures.receivables, figures.rates
    headroom = figures.headroom()

    def committed(minor: int | None) -> int | None:
        return None if minor is None else rates.committed(minor, account.currency, currency)

    def available(minor: int | None) -> int | None:
        return None if minor is None else rates.available(minor, account.currency, currency)

    return {
        "amount": rates.committed(figures.amount.amount_minor, figures.amount.currency, currency),
        "limit": available(account.limit_minor if account.is_bounded else None),
        "cover": available(account.cover_minor),
        "posted": committed(account.posted_minor),
        "reserved": committed(account.reserved_minor),
        "available": available(account.available_minor if account.is_bounded else None),
        "headroom": available(headroom),
        "open_items": None if items is None else committed(items.open_minor),
        "overdue": None if items is None else committed(items.overdue_minor),
        "disputed": None if items is None else committed(items.disputed_minor),
    }
