"""Authority (审批权限): who may release blocked documents, up to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.limits.domain.account import Account
from services.limits.domain.rates import Rates
from shared.errors import Fault, Kind, Refusal, invalid
from shared.money import Money

MAX_GRANTS: Final = 50
"""How many authorities one holder may have at a time."""

MAX_DAYS: Final = 366
"""No authority reaches further ahead than this."""


class Bound(StrEnum):
    """What an officer's authority does not reach to."""

    NO_AUTHORITY = "no_authority"
    MAX_AMOUNT = "max_amount"
    MAX_EXPOSURE = "max_exposure"
    MAX_DAYS = "max_days"
    NO_RATE = "no_rate"


@dataclass(frozen=True, slots=True)
class Authority:
    """What its holder may release of documents in one currency, of one product or (None) of any, while it is valid.

    `max_amount` bounds one release, `max_exposure` all that the customer's group owes and was promised after it; both
    are in the same currency. A release above `second_release_above` takes a second officer, and none lasts longer than
    `max_days`. `valid_to` is exclusive, None for open.
    """

    product: str | None
    max_amount: Money
    max_exposure: Money
    second_release_above: Money | None
    max_days: int
    valid_from: datetime
    valid_to: datetime | None

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the authority is valid at a time."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)

    def needs_second(self, amount: Money) -> bool:
        """Tell whether a release of `amount` takes a second officer."""
        above = self.second_release_above
        return above is not None and amount.amount_minor > above.amount_minor


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that a holder may do, as somebody else granted it; a later statement takes the place of this one.

    `version` counts the statements about a holder from 1; 0 is the one about somebody of whom nothing was ever said.
    """

    holder: str
    version: int
    authorities: tuple[Authority, ...]
    granted_by: str | None = None
    reason: str | None = None
    created_at: datetime | None = None


def standing(authorities: Sequence[Authority], product: str, currency: str, at: datetime) -> Authority | None:
    """Return the one authority that speaks for a product and a currency at a time; None: nothing may be released.

    One for the product itself before one for any, and of several the one that became valid last. They never add up.
    """
    valid = [
        authority
        for authority in authorities
        if authority.max_amount.currency == currency and authority.product in (None, product) and authority.is_valid(at)
    ]
    return max(valid, key=lambda authority: (authority.product is not None, authority.valid_from), default=None)


def exceeded(
    authority: Authority | None, amount: Money, exposure_minor: int | None, expires_at: datetime, now: datetime
) -> Bound | None:
    """Return what a release goes beyond; None when it is within the authority.

    `exposure_minor` is what the group would owe after it, in the currency of the release; None without a rate for it.
    """
    if authority is None:
        return Bound.NO_AUTHORITY
    if amount.amount_minor > authority.max_amount.amount_minor:
        return Bound.MAX_AMOUNT
    if expires_at - now > timedelta(days=authority.max_days):
        return Bound.MAX_DAYS
    if exposure_minor is None:
        return Bound.NO_RATE
    if exposure_minor > authority.max_exposure.amount_minor:
        return Bound.MAX_EXPOSURE
    return None


def group_exposure(
    root: Account, amount: Money, counted_minor: int, promised: Sequence[Money], rates: Rates
) -> int | None:
    """Return what a group would owe, hold reserved and be promised after a release of `amount`, in its currency.

    `root` is the account at the root of the tree; `counted_minor` is what it has posted of the released document
    already, `promised` are other releases of whose documents it has nothing yet. Rounded up; None without a rate.
    """
    promises = [rates.committed(promise.amount_minor, promise.currency, root.currency) for promise in promised]
    released = rates.committed(amount.amount_minor, amount.currency, root.currency)
    known = [promise for promise in promises if promise is not None]
    if released is None or len(known) < len(promises):
        return None
    total = root.posted_minor + root.reserved_minor + sum(known) + max(0, released - counted_minor)
    return rates.committed(total, root.currency, amount.currency)


_WORDS: Final = {
    Bound.NO_AUTHORITY: ("/amount", "you have no authority to release documents of this product and currency"),
    Bound.MAX_AMOUNT: ("/amount/amount_minor", "is more than one release of yours may be over"),
    Bound.MAX_EXPOSURE: ("/amount/amount_minor", "would take the exposure of the group beyond your authority"),
    Bound.MAX_DAYS: ("/expires_at", "is later than a release of yours may last"),
    Bound.NO_RATE: ("/amount/currency", "the exposure of the group can't be told without an exchange rate"),
}


def beyond_authority(bound: Bound) -> Refusal:
    """Return the refusal of a release that an officer's authority does not reach to; it names the bound."""
    pointer, detail = _WORDS[bound]
    return Refusal(
        Kind.FORBIDDEN, "beyond_authority", "this release is beyond your authority", [Fault(pointer, bound, detail)]
    )


def objection(authorities: Sequence[Authority]) -> Refusal | None:
    """Return why somebody can't be granted these authorities; None when they can.

    All amounts of one are in one currency, it is valid for some time, and no two of them would speak at once.
    """
    faults: list[Fault] = []
    seen: set[tuple[str | None, str, datetime]] = set()
    for place, authority in enumerate(authorities):
        at = f"/authorities/{place}"
        currency = authority.max_amount.currency
        if authority.max_exposure.currency != currency:
            faults.append(Fault(f"{at}/max_exposure/currency", "wrong_currency", "is not the currency of max_amount"))
        above = authority.second_release_above
        if above is not None and above.currency != currency:
            faults.append(
                Fault(f"{at}/second_release_above/currency", "wrong_currency", "is not the currency of max_amount")
            )
        if authority.valid_to is not None and authority.valid_to <= authority.valid_from:
            faults.append(Fault(f"{at}/valid_to", "never_valid", "is not after valid_from"))
        key = (authority.product, currency, authority.valid_from)
        if key in seen:
            faults.append(Fault(at, "said_twice", "another one is for the same product, currency and time"))
        seen.add(key)
    if not faults:
        return None
    return invalid("invalid_authorities", "these authorities can't be granted", faults[:20])
