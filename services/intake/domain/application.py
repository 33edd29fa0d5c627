"""An application: what a party asks for, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.intake.domain.party import PartyKind
from shared.errors import Fault, Refusal, invalid
from shared.money import Money
from shared.products import REQUESTED_AMOUNT, Product


@dataclass(frozen=True, slots=True)
class PartyRef:
    """A party as the caller names it; `external_ref` is the caller's own customer number."""

    external_ref: str
    kind: PartyKind


@dataclass(frozen=True, slots=True)
class SubmitApplication:
    """The command to take in an application; `facts` are in wire form and not yet checked."""

    product: str
    party: PartyRef
    requested: Money
    facts: Mapping[str, Any]


class Status(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """What intake knows of the decision on an application.

    Where credit is granted: `limit`, `rate` (the price a year, 0.0790 is 7.9 %), `conditions` (codes of what must be
    there before money moves) and `other_terms` (wire values by name).
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
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class GrantedLimit:
    """The limit that an approval became."""

    account_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Application:
    """An accepted application. `facts` are complete, checked and in wire form."""

    application_id: str
    party_id: str
    external_ref: str
    product: str
    requested: Money
    facts: Mapping[str, Any]
    submitted_at: datetime
    decision: DecisionSummary | None = None
    limit: GrantedLimit | None = None

    @property
    def status(self) -> Status:
        """Decided as soon as there is a decision."""
        return Status.SUBMITTED if self.decision is None else Status.DECIDED


def check_facts(command: SubmitApplication, product: Product | None) -> dict[str, Any] | Refusal:
    """Return the complete facts of an application in wire form, or why it can't be accepted.

    The amount asked for is one of the facts that policies and scorecards see, so it is added here.
    """
    if product is None:
        return invalid("unknown_product", "there is no such product", [Fault("/product", "unknown_product", "unknown")])
    if command.requested.currency != product.currency:
        fault = Fault("/requested/currency", "wrong_currency", f"this product is in {product.currency}")
        return invalid("invalid_application", "the application does not fit the product", [fault])
    if REQUESTED_AMOUNT in command.facts:
        fault = Fault(f"/facts/{REQUESTED_AMOUNT}", "reserved_fact", "is taken from /requested")
        return invalid("invalid_application", "the application does not fit the product", [fault])
    requested = {"amount_minor": command.requested.amount_minor, "currency": command.requested.currency}
    wire = {**command.facts, REQUESTED_AMOUNT: requested}
    values, faults = product.dictionary.parse(wire)
    if faults:
        return invalid("invalid_application", "the application does not fit the product", faults[:20])
    return product.dictionary.to_wire(values)
