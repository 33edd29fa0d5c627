"""What parties owe, as limits keeps it: by account, and together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.money import Money


@dataclass(frozen=True, slots=True)
class LimitAccount:
    """A credit account: what may be committed on it (None where it has no limit of its own) and what is.

    `path` names the accounts that bound it, from the root of its tree to itself; what is committed on one is committed
    on those above it too.
    """

    account_id: str
    party_id: str
    product: str
    kind: str
    status: str
    path: tuple[str, ...]
    limit: Money | None
    posted: Money
    reserved: Money
    available: Money | None = None
    review_due_on: date | None = None

    @property
    def committed_minor(self) -> int:
        """What is owed or set aside, in minor units of its currency."""
        return self.posted.amount_minor + self.reserved.amount_minor


@dataclass(frozen=True, slots=True)
class GroupExposure:
    """What parties owe together: the accounts of all of them, as of when limits was asked."""

    accounts: tuple[LimitAccount, ...]
    as_of: datetime

    def total(self) -> list[Money]:
        """Return what all of them owe, by currency."""
        return _committed(self.accounts)

    def of(self, party_ids: Collection[str]) -> list[Money]:
        """Return what some of them owe themselves, by currency: an account that a group shares is nobody's own."""
        return _committed(one for one in self.accounts if one.party_id in party_ids and one.kind != "group")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a party pays: what is open of its invoices by how many days they are past due, and what is in dispute.

    Amounts by bucket (`current`, `1-30`, ..., `over_120`), each by currency; buckets with nothing in them are left out.
    """

    open: Mapping[str, Sequence[Money]]
    disputed: Sequence[Money]


def added(amounts: Iterable[Money]) -> list[Money]:
    """Return amounts added up by currency, without those that come to nothing."""
    minor: dict[str, int] = defaultdict(int)
    for amount in amounts:
        minor[amount.currency] += amount.amount_minor
    return [Money(total, currency) for currency, total in sorted(minor.items()) if total]


def in_currency(amounts: Collection[Money], currency: str) -> Money | None:
    """Return what `amounts` come to in a currency, None where that takes a rate of exchange: it isn't known exactly."""
    if any(amount.currency != currency and amount.amount_minor for amount in amounts):
        return None
    return Money(sum(amount.amount_minor for amount in amounts if amount.currency == currency), currency)


def _committed(accounts: Iterable[LimitAccount]) -> list[Money]:
    """Return what is committed on accounts, where nothing counts twice that an account above counts already."""
    by_id = {one.account_id: one for one in accounts}
    minor: dict[str, int] = defaultdict(int)
    for one in by_id.values():
        if by_id.keys().isdisjoint(one.path[:-1]):
            minor[one.posted.currency] += one.committed_minor
    return [Money(amount, currency) for currency, amount in sorted(minor.items())]
