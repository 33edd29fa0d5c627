"""The credit report: what a credit officer reads, and signs, before granting credit. Each figure has its source.

A section that is None could not be looked up (the service that has it is away); an empty one has nothing in it. Nobody
may take the one for the other.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from shared.money import Money

Value = int | str | Decimal | Money | date | bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure is from: the kind of source, its name, the record that has the rest, and as of when it says so."""

    kind: str
    source: str
    record_id: str | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Label:
    """What something is called in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: a code, what it is called, its value (None is missing) and its origin."""

    code: str
    label: Label
    value: Value | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the report is about; identifiers are masked but for their last characters."""

    party_id: str
    kind: str
    names: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    address: str | None
    born_on: date | None
    legal_form: str | None
    country: str | None
    industry: str | None
    business_unit: str | None
    channel: str | None
    known_since: date
    origin: Origin


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the party's group: how it is held, and what it owes (None is unknown)."""

    party_id: str
    name: str
    held: str
    exposure: tuple[Money, ...] | None


@dataclass(frozen=True, slots=True)
class Group:
    """The parties under the same control, and what they owe together by currency (None is unknown)."""

    members: tuple[Member, ...]
    exposure: tuple[Money, ...] | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Request:
    """An application and what became of it."""

    application_id: str
    product: str
    requested: Money
    state: str
    received_at: datetime
    outcome: str | None
    reasons: tuple[str, ...]
    grade: str | None
    score: int | None
    limit: Money | None
    decision_id: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Account:
    """A credit account: `limit` and `available` are None where it has no limit of its own."""

    account_id: str
    product: str
    status: str
    limit: Money | None
    posted: Money
    reserved: Money
    available: Money | None
    review_due_on: date | None

    @property
    def utilization_permille(self) -> int | None:
        """How much of the limit is used or reserved, in thousandths, rounded down; None without a limit."""
        if self.limit is None or self.limit.amount_minor <= 0:
            return None
        return (self.posted.amount_minor + self.reserved.amount_minor) * 1000 // self.limit.amount_minor


@dataclass(frozen=True, slots=True)
class Exposure:
    """The party's credit accounts, and how it pays what is on them."""

    accounts: tuple[Account, ...]
    payment: tuple[Figure, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Lookup:
    """A report that a source gave, and the figures taken from it."""

    source: str
    found: bool
    figures: tuple[Figure, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class RatioLine:
    """A ratio over the periods of the statements, newest last; `percentile` is that of the newest among its peers."""

    code: str
    label: Label
    unit: str
    values: tuple[Decimal | None, ...]
    percentile: int | None
    better: str


@dataclass(frozen=True, slots=True)
class Period:
    """One period of the statements: its end, what stands behind it, and its main amounts by code."""

    ends_on: date
    months: int
    standard: str
    assurance: str
    amounts: tuple[Figure, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Accounts:
    """The financial statements: periods and ratios, oldest period first; `peers` names the industry table used."""

    periods: tuple[Period, ...]
    ratios: tuple[RatioLine, ...]
    peers: str | None


@dataclass(frozen=True, slots=True)
class Adverse:
    """Something against the party."""

    code: str
    description: str
    occurred_on: date
    amount: Money | None
    settled: bool
    origin: Origin


class Recommendation(StrEnum):
    """What an officer advises."""

    GRANT = "grant"
    GRANT_LESS = "grant_less"
    DECLINE = "decline"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an officer thinks and signs for: words, an advice, and the limit that goes with it."""

    opinion_id: str
    author: str
    recommendation: Recommendation
    limit: Money | None
    words: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class CreditReport:
    """Everything about a party on one sheet, as of a moment. `unknown` names what could not be looked up."""

    report_id: str
    as_of: datetime
    subject: Subject
    group: Group
    history: tuple[Request, ...]
    exposure: Exposure | None
    lookups: tuple[Lookup, ...]
    references: tuple[Figure, ...]
    accounts: Accounts
    adverse: tuple[Adverse, ...]
    indicators: tuple[Figure, ...]
    opinions: tuple[Opinion, ...]
    unknown: tuple[str, ...]
