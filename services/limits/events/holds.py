"""Credit holds as public contracts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from services.limits.domain.holds import EventKind, Hold, HoldEvent
from shared.contracts import limits as contract
from shared.contracts.envelope import Amount
from shared.money import Money
from shared.outbox import Fact

_OPENING: Final = (EventKind.OPENED, EventKind.REOPENED)
_OUTCOMES: Final[Mapping[EventKind, Literal["passed", "rejected", "cancelled"]]] = {
    EventKind.PASSED: "passed",
    EventKind.REJECTED: "rejected",
    EventKind.CANCELLED: "cancelled",
}


def published(hold: Hold, event: HoldEvent) -> Fact | None:
    """Return the event to publish for what happened to a hold, None for what nobody outside waits for.

    A hold that is opened again, because its release ran out or its document outgrew it, is published as opened.
    """
    data: contract.CreditHold
    fields = _fields(hold, event.created_at)
    if event.kind in _OPENING:
        data = contract.CreditHoldOpened(**fields, reasons=hold.reasons)
    elif event.kind is EventKind.RELEASED:
        assert hold.release is not None
        data = contract.CreditHoldReleased(
            **fields, released=_amount(hold.release.amount), expires_at=hold.release.expires_at
        )
    elif event.kind in _OUTCOMES:
        data = contract.CreditHoldClosed(**fields, outcome=_OUTCOMES[event.kind])
    else:
        return None
    return Fact(contract.AGGREGATE, hold.owner.account_id, data.type, data)


def _fields(hold: Hold, at: datetime) -> dict[str, Any]:
    document = hold.document
    return {
        "hold_id": hold.hold_id,
        "account_id": hold.owner.account_id,
        "party_id": hold.owner.party_id,
        "document": contract.Document(source=document.source, doc_type=document.doc_type, doc_id=document.doc_id),
        "amount": _amount(hold.amount),
        "occurred_at": at,
    }


def _amount(money: Money) -> Amount:
    return Amount(amount_minor=money.amount_minor, currency=money.currency)
