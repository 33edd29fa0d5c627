"""Limits and reservations as public contracts, and decisions as the approvals that limits acts on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.limits.domain.account import Account, Approval, EntryKind
from services.limits.domain.books import Posting
from shared.contracts import limits as contract
from shared.contracts.decision import Decided
from shared.contracts.envelope import Amount
from shared.money import Money
from shared.outbox import Fact

_GRANTING: Final = ("approve", "counter_offer")


def approval(decided: Decided) -> Approval | None:
    """Return what a decision grants, None when it grants nothing.

    Raises `ValueError` when the amount is missing or can't be a limit; such an event belongs to the dead letters.
    """
    if decided.outcome not in _GRANTING:
        return None
    if decided.limit is None:
        raise ValueError("a decision that grants credit names no limit")
    if decided.limit.amount_minor < 0:
        raise ValueError("a limit can't be negative")
    return Approval(
        decision_id=decided.decision_id,
        application_id=decided.application_id,
        party_id=decided.party_id,
        product=decided.product,
        limit=Money(decided.limit.amount_minor, decided.limit.currency),
        decided_at=decided.decided_at,
    )


def limit_granted(account: Account, approved: Approval, granted_at: datetime, traceparent: str | None) -> Fact:
    """Return the event of an approval that was entered; its limit is the one now in force."""
    data = contract.LimitGranted(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        decision_id=approved.decision_id,
        application_id=approved.application_id,
        limit=_amount(account.money(account.limit_minor)),
        granted_at=granted_at,
    )
    return Fact(contract.AGGREGATE, account.account_id, contract.LimitGranted.type, data, traceparent)


_CHANGES: Final[Mapping[EntryKind, type[contract.ReservationChange]]] = {
    EntryKind.RESERVED: contract.ReservationReserved,
    EntryKind.ADJUSTED: contract.ReservationAdjusted,
    EntryKind.CAPTURED: contract.ReservationCaptured,
    EntryKind.RELEASED: contract.ReservationReleased,
    EntryKind.EXPIRED: contract.ReservationExpired,
}


def reservation_changed(posting: Posting, traceparent: str | None) -> Fact:
    """Return the event of a reservation that was made, changed or resolved, or of one that was declined."""
    account, reservation = posting.account, posting.reservation
    # What a path does not bound has no limit anywhere on it, and nothing can be reserved there.
    headroom = 0 if posting.headroom_minor is None else posting.headroom_minor
    currency = account.currency
    # Written without building the contract first: this is the hot path, and a test holds the two together.
    data: dict[str, Any] = {
        "reservation_id": reservation.reservation_id,
        "account_id": account.account_id,
        "party_id": account.party_id,
        "amount": {"amount_minor": _moved_minor(posting), "currency": reservation.amount.currency},
        "available": {"amount_minor": headroom, "currency": currency},
        "occurred_at": reservation.resolved_at or (posting.entries[0].created_at if posting.entries else posting.at),
    }
    contract_type = _CHANGES[posting.kind].type
    if not posting.entries:
        contract_type = contract.ReservationDeclined.type
        data["reason"] = reservation.reason if posting.adjustment is None else posting.adjustment
    return Fact(contract.AGGREGATE, account.account_id, contract_type, data, traceparent)


def _moved_minor(posting: Posting) -> int:
    """Return what an event is about: for a capture what it drew, else what the reservation is over."""
    if posting.kind is EntryKind.CAPTURED:
        return posting.entries[-1].posted_delta
    return posting.reservation.amount.amount_minor


def _amount(money: Money) -> Amount:
    return Amount(amount_minor=money.amount_minor, currency=money.currency)
