"""What is shown of references over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.intake.domain.reference import Facility, Reference, ReferenceKind, TradeReference
from shared.http.money import MoneyBody
from shared.idempotency import Answer
from shared.money import Money


class ReferenceReceipt(BaseModel):
    """A reference that was taken down. What was said is not here: answers are kept as they are, that only sealed."""

    reference_id: str
    party_id: str
    kind: str
    taken_on: date
    replaces: str | None
    created_by: str
    created_at: datetime


class FacilityReply(BaseModel):
    """What a bank lends the party."""

    limit: MoneyBody
    drawn: MoneyBody
    secured: bool


class TradeReply(BaseModel):
    """What a supplier said."""

    referee: str
    contact: str | None
    customer_since: date | None
    terms_days: int
    high_credit: MoneyBody
    balance: MoneyBody
    past_due: MoneyBody
    manner: str
    days_slow: int


class BankReply(BaseModel):
    """What a bank said."""

    referee: str
    contact: str | None
    account_since: date
    currency: str
    average_balance: str
    facility: FacilityReply | None
    returned_items: int


class ReferenceReply(ReferenceReceipt):
    """A reference: `trade` or `bank`, as its kind is."""

    trade: TradeReply | None
    bank: BankReply | None


class ReferenceList(BaseModel):
    """The references that stand, newest first, and what those of each kind that still count come to, as facts."""

    items: list[ReferenceReply]
    facts: dict[str, dict[str, Any]]


def receipt(reference: Reference) -> Answer:
    """Return the answer to whoever sent a reference."""
    body = ReferenceReceipt(**_fields(reference)).model_dump_json().encode()
    return Answer(201, body, f"/v1/parties/{reference.party_id}/references")


def reference_list(references: Sequence[Reference], facts: Mapping[ReferenceKind, Mapping[str, Any]]) -> ReferenceList:
    """Return the public form of the references of a party."""
    return ReferenceList(
        items=[_reply(entry) for entry in references], facts={kind: dict(found) for kind, found in facts.items()}
    )


def _reply(reference: Reference) -> ReferenceReply:
    said = reference.said
    if isinstance(said, TradeReference):
        trade = TradeReply(
            referee=said.referee,
            contact=said.contact,
            customer_since=said.customer_since,
            terms_days=said.terms_days,
            high_credit=_money(said.high_credit),
            balance=_money(said.balance),
            past_due=_money(said.past_due),
            manner=said.manner,
            days_slow=said.days_slow,
        )
        return ReferenceReply(**_fields(reference), trade=trade, bank=None)
    bank = BankReply(
        referee=said.referee,
        contact=said.contact,
        account_since=said.account_since,
        currency=said.currency,
        average_balance=said.average_balance.code,
        facility=None if said.facility is None else _facility(said.facility),
        returned_items=said.returned_items,
    )
    return ReferenceReply(**_fields(reference), trade=None, bank=bank)


def _fields(reference: Reference) -> dict[str, Any]:
    return {
        "reference_id": reference.reference_id,
        "party_id": reference.party_id,
        "kind": reference.kind,
        "taken_on": reference.taken_on,
        "replaces": reference.replaces,
        "created_by": reference.created_by,
        "created_at": reference.created_at,
    }


def _facility(facility: Facility) -> FacilityReply:
    return FacilityReply(limit=_money(facility.limit), drawn=_money(facility.drawn), secured=facility.secured)


def _money(money: Money) -> MoneyBody:
    return MoneyBody(amount_minor=money.amount_minor, currency=money.currency)
