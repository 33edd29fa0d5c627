"""A credit account and its ledger: every change is an entry, and the balances are the fold of the entries."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.money import Money


class EntryKind(StrEnum):
    """What an entry records."""

    LIMIT_GRANTED = "limit_granted"
    RESERVED = "reserved"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class Reason(StrEnum):
    """Why an amount does not fit."""

    NO_LIMIT = "NO_LIMIT"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    INSUFFICIENT_AVAILABLE = "INSUFFICIENT_AVAILABLE"


@dataclass(frozen=True, slots=True)
class Approval:
    """A decision that grants `limit` to a party for a product."""

    decision_id: str
    application_id: str | None
    party_id: str
    product: str
    limit: Money
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """The credit of one party for one product in one currency; amounts in minor units.

    `version` counts the entries. `limit_decided_at` and `limit_decision_id` name the decision that set the limit.
    """

    account_id: str
    party_id: str
    product: str
    currency: str
    opened_at: datetime
    limit_minor: int = 0
    posted_minor: int = 0
    reserved_minor: int = 0
    version: int = 0
    limit_decided_at: datetime | None = None
    limit_decision_id: str | None = None

    @property
    def available_minor(self) -> int:
        """What may still be reserved; below zero after the limit was cut below what is committed."""
        return self.limit_minor - self.posted_minor - self.reserved_minor

    def money(self, amount_minor: int) -> Money:
        """Return an amount in this account's currency."""
        return Money(amount_minor, self.currency)

    def obstacle(self, amount_minor: int) -> Reason | None:
        """Return why `amount_minor` can't be reserved, None when it can."""
        if self.limit_minor == 0:
            return Reason.NO_LIMIT
        return Reason.INSUFFICIENT_AVAILABLE if amount_minor > self.available_minor else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of an account; never changed afterwards. `version` numbers the entries of an account from 1."""

    account_id: str
    version: int
    kind: EntryKind
    created_at: datetime
    limit_delta: int = 0
    reserved_delta: int = 0
    posted_delta: int = 0
    decision_id: str | None = None
    reservation_id: str | None = None
    reference: str | None = None


def post(account: Account, entry: Entry) -> Account:
    """Return `account` after its next entry: the only way in which balances change."""
    assert entry.account_id == account.account_id
    assert entry.version == account.version + 1
    return replace(
        account,
        limit_minor=account.limit_minor + entry.limit_delta,
        posted_minor=account.posted_minor + entry.posted_delta,
        reserved_minor=account.reserved_minor + entry.reserved_delta,
        version=entry.version,
    )


def grant(account: Account, approval: Approval, now: datetime) -> tuple[Account, Entry]:
    """Return the account with the approved limit, and the entry that says so.

    The latest decision sets the limit, whatever order decisions arrive in: an older one that comes late is entered
    and changes nothing. A limit below what is committed is allowed; commitments stand and new ones don't fit.
    """
    decided = (approval.decided_at, approval.decision_id)
    superseded = (
        account.limit_decided_at is not None
        and account.limit_decision_id is not None
        and (account.limit_decided_at, account.limit_decision_id) > decided
    )
    entry = Entry(
        account_id=account.account_id,
        version=account.version + 1,
        kind=EntryKind.LIMIT_GRANTED,
        created_at=now,
        limit_delta=0 if superseded else approval.limit.amount_minor - account.limit_minor,
        decision_id=approval.decision_id,
    )
    posted = post(account, entry)
    if superseded:
        return posted, entry
    return replace(posted, limit_decided_at=approval.decided_at, limit_decision_id=approval.decision_id), entry
