"""An application: what a party asks for, where it stands, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from services.intake.domain.party import Attribution, PartyKind, Profile
from shared.errors import Fault, Refusal, invalid
from shared.facts import Source, pointer_token
from shared.money import Money
from shared.products import REQUESTED_AMOUNT, Product
from shared.products.plan import NO_PLAN

MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class PartyRef:
    """A party as the caller names it: by its own customer number, by our id, or by who it is.

    At least one of `external_ref`, `party_id` and `profile` is there.
    """

    external_ref: str | None = field(repr=False)
    kind: PartyKind
    party_id: str | None = None
    profile: Profile | None = None
    attribution: Attribution | None = None

    @property
    def is_plain(self) -> bool:
        """True for nothing but a customer number: there is nothing to match or to keep."""
        return (
            self.external_ref is not None
            and self.party_id is None
            and self.profile is None
            and self.attribution is None
        )


@dataclass(frozen=True, slots=True)
class Signals:
    """By what applications are counted together, besides the party; kept as blind digests only."""

    phone: str | None = field(default=None, repr=False)
    bank_account: str | None = field(default=None, repr=False)
    device_id: str | None = field(default=None, repr=False)
    channel: str | None = None


NO_SIGNALS: Final = Signals()


@dataclass(frozen=True, slots=True)
class SubmitApplication:
    """The command to take in an application; `facts` are in wire form and not yet checked."""

    product: str
    party: PartyRef
    requested: Money
    facts: Mapping[str, Any]
    signals: Signals = NO_SIGNALS


class Status(StrEnum):
    """Where an application stands.

    `screened_out`: answered by what was applied for before, without a look at the applicant. `pend_info`: something is
    missing. `investigating`: sources are being asked. `submitted`: complete, and being decided. `closed`: what was
    missing did not come in time.
    """

    SCREENED_OUT = "screened_out"
    PEND_INFO = "pend_info"
    INVESTIGATING = "investigating"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class MissingKind(StrEnum):
    """What can be missing."""

    FACT = "fact"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the product needs and that is not there: a fact by name, or a document by type."""

    kind: MissingKind
    name: str
    label: str = ""
    label_zh: str = ""

    @property
    def reason(self) -> str:
        """The code that says so, such as `missing_fact:annual_income`."""
        return f"missing_{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """What intake knows of the decision on an application.

    Where credit is granted: `limit`, `rate` (the price a year, 0.0790 is 7.9 %), `conditions` (codes of what must be
    there before money moves) and `other_terms` (wire values by name). `submitted_at` is when the revision that it
    decides on was submitted.
    """

    decision_id: str
    outcome: str
    reasons: tuple[str, ...]
    grade: str | None
    score: int | None
    limit: Money | None
    rate: Decimal | None
    conditions: tuple[str, ...]
    other_terms: Mapping[str, Any]
    submitted_at: datetime
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class GrantedLimit:
    """The limit that an approval became."""

    account_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Application:
    """An application that was taken in. `facts` are the applicant's own: checked, and in wire form.

    `revision` counts from 1. `reasons` are codes of why it stands where it does, `missing` what is waited for, and
    `due_at` is when the clock of its status runs out. An application that was answered by an earlier one names it, and
    the decision on that. `submitted_at` is when the newest revision went to be decided. `moves` is how many of its
    moves are written down: none of an application that was complete at once and has only been decided since.
    """

    application_id: str
    party_id: str
    external_ref: str | None = field(repr=False)
    product: str
    requested: Money
    facts: Mapping[str, Any]
    received_at: datetime
    status: Status
    submitted_at: datetime | None = None
    submitted_by: str | None = None
    revision: int = 1
    moves: int = 0
    reasons: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    earlier_application_id: str | None = None
    earlier_decision_id: str | None = None
    due_at: datetime | None = None
    decision: DecisionSummary | None = None
    limit: GrantedLimit | None = None


def is_plain(command: SubmitApplication, product: Product | None) -> bool:
    """Tell whether nothing lies between the arrival of an application and its submission: no plan, no credit file."""
    return product is None or (
        product.plan == NO_PLAN
        and Source.FILE not in product.dictionary.sources
        and command.party.is_plain
        and command.signals is NO_SIGNALS
    )


def check_facts(command: SubmitApplication, product: Product | None) -> dict[str, Any] | Refusal:
    """Return the applicant's facts in wire form, or why the application can't be taken in."""
    if product is None:
        return invalid("unknown_product", "there is no such product", [Fault("/product", "unknown_product", "unknown")])
    return stated_facts(product, command.requested, command.facts)


def stated_facts(product: Product, requested: Money, facts: Mapping[str, Any]) -> dict[str, Any] | Refusal:
    """Return an applicant's facts in wire form, or why they do not fit the product.

    The amount asked for is one of the facts that policies and scorecards see, so it is added here. What the credit file
    says is nothing that an applicant can state.
    """
    if requested.currency != product.currency:
        fault = Fault("/requested/currency", "wrong_currency", f"this product is in {product.currency}")
        return _misfit([fault])
    if REQUESTED_AMOUNT in facts:
        fault = Fault(f"/facts/{REQUESTED_AMOUNT}", "reserved_fact", "is taken from /requested")
        return _misfit([fault])
    known = product.dictionary.facts
    foreign = [
        Fault(f"/facts/{pointer_token(name)}", "not_an_applicants_fact", "comes from the credit file")
        for name in (facts if Source.FILE in product.dictionary.sources else ())
        if name in known and known[name].source is Source.FILE
    ]
    asked = {"amount_minor": requested.amount_minor, "currency": requested.currency}
    values, faults = product.dictionary.parse({**facts, REQUESTED_AMOUNT: asked})
    if foreign or faults:
        return _misfit([*foreign, *faults])
    return product.dictionary.to_wire(values)


def _misfit(faults: list[Fault]) -> Refusal:
    return invalid("invalid_application", "the application does not fit the product", faults[:MOST_FAULTS])
