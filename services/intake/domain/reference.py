"""Trade and bank references: what somebody who does business with a party says of it, and the facts that gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.errors import Fault
from shared.money import Money, exponent

COUNTS_DAYS: Final = 365
"""So long after it was taken a reference counts."""
MOST: Final = 200
"""How many references of one party are kept that none has replaced."""
_EARLIEST: Final = date(1800, 1, 1)


class ReferenceKind(StrEnum):
    """Who speaks: a supplier who sells on terms, or a bank."""

    TRADE = "trade"
    BANK = "bank"


class PaymentManner(StrEnum):
    """How a customer pays, as suppliers put it."""

    DISCOUNT = "discount"
    PROMPT = "prompt"
    SLOW = "slow"
    COLLECTION = "collection"


class Band(StrEnum):
    """Where within a number of figures an amount lies, as banks put it: `medium 5` is 40,000 to 69,999.

    The usual convention of bank references (RMA's): low 1.0-1.9, moderate 2.0-3.9, medium 4.0-6.9, high 7.0-9.9 times
    a power of ten.
    """

    LOW = "low"
    MODERATE = "moderate"
    MEDIUM = "medium"
    HIGH = "high"


_LEADING: Final = {Band.LOW: 1, Band.MODERATE: 2, Band.MEDIUM: 4, Band.HIGH: 7}


@dataclass(frozen=True, slots=True)
class BalanceBand:
    """An average balance in the words of a bank: a band and a number of figures before the decimal point, 3 to 9."""

    band: Band
    figures: int

    @property
    def code(self) -> str:
        """The band as one word, `medium_5`."""
        return f"{self.band}_{self.figures}"

    def least(self, currency: str) -> Money:
        """Return the least amount in the band."""
        whole = _LEADING[self.band] * 10 ** (self.figures - 1)
        return Money(whole * 10 ** exponent(currency), currency)


@dataclass(frozen=True, slots=True)
class Facility:
    """What a bank lends the party: how much at most, how much of it is drawn, and whether against security."""

    limit: Money
    drawn: Money
    secured: bool


@dataclass(frozen=True, slots=True)
class TradeReference:
    """What a supplier says of a customer. `high_credit` is the most that was ever owed within the last year.

    `days_slow` is how many days beyond terms it usually pays, 0 unless the manner is slow or collection.
    """

    referee: str
    contact: str | None
    customer_since: date | None
    terms_days: int
    high_credit: Money
    balance: Money
    past_due: Money
    manner: PaymentManner
    days_slow: int


@dataclass(frozen=True, slots=True)
class BankReference:
    """What a bank says of a customer; `returned_items` are cheques and debits unpaid in the last twelve months."""

    referee: str
    contact: str | None
    account_since: date
    currency: str
    average_balance: BalanceBand
    facility: Facility | None
    returned_items: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as it was taken on a day; `replaces` is the id of an earlier one that it puts right."""

    reference_id: str
    party_id: str
    taken_on: date
    said: TradeReference | BankReference
    replaces: str | None
    created_by: str
    created_at: datetime

    @property
    def kind(self) -> ReferenceKind:
        """Who speaks."""
        return ReferenceKind.TRADE if isinstance(self.said, TradeReference) else ReferenceKind.BANK


def faults_of(taken_on: date, said: TradeReference | BankReference, today: date) -> list[Fault]:
    """Return what can't be so, by its place in the reference as it is sent."""
    faults = [] if _EARLIEST <= taken_on <= today else [Fault("/taken_on", "impossible_date", "is no day until today")]
    if isinstance(said, TradeReference):
        return [*faults, *_trade_faults(taken_on, said)]
    return [*faults, *_bank_faults(taken_on, said)]


def _trade_faults(taken_on: date, said: TradeReference) -> list[Fault]:
    faults: list[Fault] = []
    if said.customer_since is not None and not _EARLIEST <= said.customer_since <= taken_on:
        faults.append(Fault("/customer_since", "impossible_date", "is not before the reference was taken"))
    currency = said.high_credit.currency
    for name, amount in (("balance", said.balance), ("past_due", said.past_due)):
        if amount.currency != currency:
            faults.append(Fault(f"/{name}/currency", "wrong_currency", "is not the currency of high_credit"))
    if said.balance.amount_minor > said.high_credit.amount_minor:
        faults.append(Fault("/balance", "above_high_credit", "is more than was ever owed"))
    if said.past_due.amount_minor > said.balance.amount_minor:
        faults.append(Fault("/past_due", "above_balance", "is more than is owed"))
    is_slow = said.manner in (PaymentManner.SLOW, PaymentManner.COLLECTION)
    if said.manner is PaymentManner.SLOW and said.days_slow == 0:
        faults.append(Fault("/days_slow", "missing", "a slow payer is slow by some days"))
    if not is_slow and said.days_slow:
        faults.append(Fault("/days_slow", "contradiction", "who pays promptly or earlier is not slow"))
    return faults


def _bank_faults(taken_on: date, said: BankReference) -> list[Fault]:
    faults: list[Fault] = []
    if not _EARLIEST <= said.account_since <= taken_on:
        faults.append(Fault("/account_since", "impossible_date", "is not before the reference was taken"))
    if said.facility is not None:
        for name, amount in (("limit", said.facility.limit), ("drawn", said.facility.drawn)):
            if amount.currency != said.currency:
                faults.append(Fault(f"/facility/{name}/currency", "wrong_currency", "is not the account's currency"))
    return faults


@dataclass(frozen=True, slots=True)
class Said:
    """What the references of a party come to: facts in wire form, which one is the newest, and until when it counts."""

    facts: Mapping[str, Any]
    newest: Reference
    counts_until: date


def facts_of(references: Sequence[Reference], kind: ReferenceKind, today: date) -> Said | None:
    """Return the facts that the references of one kind give; None when there are none that count.

    Of each referee the newest counts. Amounts are there only if all are in one currency: nothing is converted here.
    """
    oldest = today - timedelta(days=COUNTS_DAYS)
    newest_first = sorted(
        (entry for entry in references if entry.kind is kind and entry.taken_on > oldest),
        key=lambda entry: (entry.taken_on, entry.reference_id),
        reverse=True,
    )
    counting = list({entry.said.referee.casefold(): entry for entry in reversed(newest_first)}.values())
    if not counting:
        return None
    facts = _trade_facts(counting) if kind is ReferenceKind.TRADE else _bank_facts(counting)
    newest = newest_first[0]
    return Said(facts, newest, newest.taken_on + timedelta(days=COUNTS_DAYS))


def _trade_facts(references: Sequence[Reference]) -> dict[str, Any]:
    said = [entry.said for entry in references if isinstance(entry.said, TradeReference)]
    since = [entry.customer_since for entry in said if entry.customer_since is not None]
    newest = max(entry.taken_on for entry in references)
    facts: dict[str, Any] = {
        "trade_references": len(said),
        "trade_references_slow": sum(entry.days_slow > 0 for entry in said),
        "trade_days_slow": max(entry.days_slow for entry in said),
        "trade_in_collection": any(entry.manner is PaymentManner.COLLECTION for entry in said),
        **({"trade_relationship_months": months_between(min(since), newest)} if since else {}),
        "trade_references_on": newest.isoformat(),
    }
    currencies = {entry.high_credit.currency for entry in said}
    if len(currencies) == 1:
        (currency,) = currencies
        facts |= {
            "trade_high_credit": _wire(max(entry.high_credit.amount_minor for entry in said), currency),
            "trade_balance": _wire(sum(entry.balance.amount_minor for entry in said), currency),
            "trade_past_due": _wire(sum(entry.past_due.amount_minor for entry in said), currency),
        }
    return facts


def _bank_facts(references: Sequence[Reference]) -> dict[str, Any]:
    said = [entry.said for entry in references if isinstance(entry.said, BankReference)]
    newest = max(entry.taken_on for entry in references)
    longest = min(said, key=lambda entry: entry.account_since)
    facts: dict[str, Any] = {
        "bank_references": len(said),
        "bank_relationship_months": months_between(longest.account_since, newest),
        "bank_returned_items_12m": sum(entry.returned_items for entry in said),
        "bank_balance_band": longest.average_balance.code,
        "bank_references_on": newest.isoformat(),
    }
    currencies = {entry.currency for entry in said}
    if len(currencies) == 1:
        (currency,) = currencies
        facilities = [entry.facility for entry in said if entry.facility is not None]
        balances = (entry.average_balance.least(currency).amount_minor for entry in said)
        facts |= {
            "bank_balance_at_least": _wire(sum(balances), currency),
            "bank_facility_limit": _wire(sum(entry.limit.amount_minor for entry in facilities), currency),
            "bank_facility_drawn": _wire(sum(entry.drawn.amount_minor for entry in facilities), currency),
        }
    return facts


def months_between(start: date, end: date) -> int:
    """Return the number of whole months from `start` to `end`, at least 0."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(0, months - (end.day < start.day))


def _wire(amount_minor: int, currency: str) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": currency}
