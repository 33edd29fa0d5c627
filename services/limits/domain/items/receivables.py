"""What a customer owes by its documents, in figures that a credit check asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.limits.domain.account import Account
from services.limits.domain.rates import Rates

Customer = tuple[str, str]
"""A party, and the root of the tree in which its accounts stand: who is late on one of them is late on all."""


def customer_of(account: Account) -> Customer:
    """Return whose account it is."""
    return account.party_id, account.path[0]


@dataclass(frozen=True, slots=True)
class InCurrency:
    """What a customer's accounts in one currency come to, in its minor units; statistical documents are left out.

    `paid_minor` is what was paid of what was due in the last 12 months, and `minor_days_late` that amount times the
    days it came late, what was paid early taken as paid in time.
    """

    currency: str
    open_minor: int = 0
    overdue_minor: int = 0
    disputed_minor: int = 0
    oldest_overdue_days: int = 0
    dunning_level: int = 0
    paid_items: int = 0
    paid_minor: int = 0
    minor_days_late: int = 0


@dataclass(frozen=True, slots=True)
class Receivables:
    """The open documents of a customer on all of its accounts, in minor units of one currency.

    `open_minor` is what invoices come to that are not paid, disputed or not; `disputed_minor` says how much of it is
    disputed, `overdue_minor` how much was due before today. `dunning_level` is the highest of any open invoice.
    `average_days_late` weighs what was paid in the last 12 months by its amount; None where nothing was. Amounts, and
    the average of what was paid, are None where a part is in a currency without an exchange rate.
    """

    open_minor: int | None
    overdue_minor: int | None
    disputed_minor: int | None
    oldest_overdue_days: int
    dunning_level: int
    average_days_late: Fraction | None
    paid_items: int


def joined(parts: Sequence[InCurrency], currency: str, rates: Rates) -> Receivables:
    """Return what the parts come to together in `currency`: amounts rounded up for each part, the average exact."""

    def committed(amounts: Iterable[int]) -> int | None:
        found = [rates.committed(minor, part.currency, currency) for minor, part in zip(amounts, parts, strict=True)]
        known = [minor for minor in found if minor is not None]
        return sum(known) if len(known) == len(found) else None

    return Receivables(
        open_minor=committed(part.open_minor for part in parts),
        overdue_minor=committed(part.overdue_minor for part in parts),
        disputed_minor=committed(part.disputed_minor for part in parts),
        oldest_overdue_days=max((part.oldest_overdue_days for part in parts), default=0),
        dunning_level=max((part.dunning_level for part in parts), default=0),
        average_days_late=_average_days_late([part for part in parts if part.paid_minor], currency, rates),
        paid_items=sum(part.paid_items for part in parts),
    )


def _average_days_late(parts: Sequence[InCurrency], currency: str, rates: Rates) -> Fraction | None:
    paid = days_late = Fraction(0)
    for part in parts:
        worth = rates.exact(1, part.currency, currency)
        if worth is None:
            return None
        paid += part.paid_minor * worth
        days_late += part.minor_days_late * worth
    return days_late / paid if paid else None
