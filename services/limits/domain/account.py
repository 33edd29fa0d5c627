"""A credit account and its ledger: every change is an entry, and the balances are the fold of the entries."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from shared.money import Money

MAX_DEPTH: Final = 5
"""How many accounts a path may have, from the root of a tree to the account itself."""


class Kind(StrEnum):
    """What an account stands for: a group of customers, a customer, or one segment of a customer's business."""

    GROUP = "group"
    CUSTOMER = "customer"
    SEGMENT = "segment"


class Status(StrEnum):
    """Whether an account may be used. What is committed stands in every status."""

    OPEN = "open"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    CLOSED = "closed"


class Basis(StrEnum):
    """Where the limit comes from: nobody set one, the product's default, a limit that was set, or one that ran out."""

    UNSET = "unset"
    DEFAULT = "default"
    SET = "set"
    EXPIRED = "expired"


class EntryKind(StrEnum):
    """What an entry records."""

    LIMIT_GRANTED = "limit_granted"
    LIMIT_CHANGED = "limit_changed"
    COVER_CHANGED = "cover_changed"
    STATUS_CHANGED = "status_changed"
    TERMS_CHANGED = "terms_changed"
    ATTACHED = "attached"
    DETACHED = "detached"
    RESERVED = "reserved"
    ADJUSTED = "adjusted"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"
    ITEM = "item"
    ITEMISED = "itemised"
    REVALUED = "revalued"


class Reason(StrEnum):
    """Why an amount does not fit."""

    NO_LIMIT = "NO_LIMIT"
    LIMIT_EXPIRED = "LIMIT_EXPIRED"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    NO_RATE = "NO_RATE"
    ACCOUNT_SUSPENDED = "ACCOUNT_SUSPENDED"
    ACCOUNT_BLOCKED = "ACCOUNT_BLOCKED"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    INSUFFICIENT_AVAILABLE = "INSUFFICIENT_AVAILABLE"


_UNUSABLE: Final = {
    Status.SUSPENDED: Reason.ACCOUNT_SUSPENDED,
    Status.BLOCKED: Reason.ACCOUNT_BLOCKED,
    Status.CLOSED: Reason.ACCOUNT_CLOSED,
}


# What is asked of every account of every reservation: a member of an enumeration costs more to look up than to compare.
_OPEN: Final = Status.OPEN
_SET: Final = Basis.SET
_UNSET: Final = Basis.UNSET


@dataclass(frozen=True, slots=True)
class Approval:
    """A decision that grants `limit` to a party for a product."""

    decision_id: str
    application_id: str | None
    party_id: str
    product: str
    limit: Money
    decided_at: datetime


@dataclass(frozen=True)
class Account:
    """The credit of one party for one product in one currency, perhaps of one segment; amounts in minor units.

    `path` names the accounts from the root of its tree to itself; a commitment is entered on all of them.
    `posted_minor` is the exposure: what was drawn, and documents that are not paid. `cover_minor` is what collateral
    and insurance cover of it. `limit_minor` is the limit in force, 0 where `basis` is `unset`: such an account has no
    limit of its own, and those above it bound it. `limit_changes_at` is when limit or cover change next by the clock.
    `band` is the last threshold of utilization that was signalled, in percent. `version` counts the entries.
    """

    account_id: str
    party_id: str
    product: str
    currency: str
    opened_at: datetime
    path: tuple[str, ...] = ()
    limit_minor: int = 0
    cover_minor: int = 0
    posted_minor: int = 0
    reserved_minor: int = 0
    version: int = 0
    basis: Basis = Basis.UNSET
    status: Status = Status.OPEN
    kind: Kind = Kind.CUSTOMER
    segment: str = ""
    sbu: str | None = None
    limit_changes_at: datetime | None = None
    review_due_on: date | None = None
    band: int = 0
    limit_decided_at: datetime | None = None
    limit_decision_id: str | None = None

    @property
    def available_minor(self) -> int:
        """What may still be reserved; below zero after the limit was cut below what is committed."""
        return self.limit_minor + self.cover_minor - self.posted_minor - self.reserved_minor

    @property
    def is_bounded(self) -> bool:
        """True when the account has a limit of its own, if only one of 0."""
        return self.basis is not _UNSET

    def money(self, amount_minor: int) -> Money:
        """Return an amount in this account's currency."""
        return Money(amount_minor, self.currency)

    def obstacle(self, amount_minor: int) -> Reason | None:
        """Return why `amount_minor` can't be reserved on this account, None when it can."""
        if self.status is not _OPEN:
            return _UNUSABLE[self.status]
        if self.basis is not _SET:
            if self.basis is _UNSET:
                return None
            if self.basis is Basis.EXPIRED:
                return Reason.LIMIT_EXPIRED
        if self.limit_minor == 0:
            return Reason.NO_LIMIT
        return Reason.INSUFFICIENT_AVAILABLE if amount_minor > self.available_minor else None


class Entry(NamedTuple):
    """One change of an account; never changed afterwards. `version` numbers the entries of an account from 1.

    Entries that one command made, on whatever accounts, have the same `transaction_id`. `available_delta` is what the
    change made available: with it the entry sums to zero. `available_minor` is what was available afterwards, None for
    an account without a limit of its own. (A tuple, because a reservation makes one on every account of its path.)
    """

    account_id: str
    version: int
    kind: EntryKind
    created_at: datetime
    transaction_id: str = ""
    limit_delta: int = 0
    cover_delta: int = 0
    available_delta: int = 0
    reserved_delta: int = 0
    posted_delta: int = 0
    available_minor: int | None = None
    decision_id: str | None = None
    reservation_id: str | None = None
    item_id: str | None = None
    proposal_id: str | None = None
    reference: str | None = None
    actor: str | None = None
    reason: str | None = None


def post(account: Account, entry: Entry) -> Account:
    """Return `account` after its next entry: the only way in which balances change."""
    assert entry.account_id == account.account_id
    assert entry.version == account.version + 1
    fields = account.__dict__.copy()
    fields["limit_minor"] += entry.limit_delta
    fields["cover_minor"] += entry.cover_delta
    fields["posted_minor"] += entry.posted_delta
    fields["reserved_minor"] += entry.reserved_delta
    fields["version"] = entry.version
    return account_of(fields)


def account_of(fields: dict[str, Any]) -> Account:
    """Return the account that has these fields, which must be all of them, and keep the dictionary.

    As the constructor would, at a tenth of its cost: this is done for every account of every reservation.
    """
    account = object.__new__(Account)
    object.__setattr__(account, "__dict__", fields)
    return account


def utilization_percent(account: Account) -> int | None:
    """Return how much of limit and cover is committed, in whole percent, rounded down; None without a limit."""
    room = account.limit_minor + account.cover_minor
    if not account.is_bounded or room <= 0:
        return None
    return max(0, 100 * (account.posted_minor + account.reserved_minor) // room)
