"""A reservation: part of a limit set aside for a while, then captured, released or expired, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.limits.domain.account import Account, Entry, EntryKind, Reason, post
from shared.errors import Fault, Refusal, conflict, invalid
from shared.money import Money


class State(StrEnum):
    """Where a reservation stands. Only `reserved` can change."""

    RESERVED = "reserved"
    DECLINED = "declined"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reserve:
    """The command to set `amount` aside; `reservation_id` is the id the reservation will have."""

    reservation_id: str
    account_id: str
    amount: Money
    lasts: timedelta
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """The command to draw `amount` of a reservation (all of it when None) and give back the rest."""

    reservation_id: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The command to give a reservation back."""

    reservation_id: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """A request to set an amount aside and what became of it."""

    reservation_id: str
    account_id: str
    amount: Money
    state: State
    created_at: datetime
    expires_at: datetime
    captured_minor: int = 0
    reason: Reason | None = None
    reference: str | None = None
    resolved_at: datetime | None = None

    def as_of(self, now: datetime) -> "Reservation":
        """Return how the reservation stands at `now`: once it has run out it is expired, recorded or not."""
        if self.state is State.RESERVED and self.expires_at <= now:
            return replace(self, state=State.EXPIRED, resolved_at=self.expires_at)
        return self


@dataclass(frozen=True, slots=True)
class Posting:
    """What a command did: the account and the reservation afterwards, and the entry, which a refusal has not."""

    account: Account
    reservation: Reservation
    entry: Entry | None

    @property
    def is_new(self) -> bool:
        """True when the reservation was made by this command, reserved or declined."""
        return self.entry is None or self.entry.kind is EntryKind.RESERVED


_RESOLVED: Final = {
    State.DECLINED: conflict("reservation_declined", "this reservation was declined; nothing is set aside"),
    State.CAPTURED: conflict("already_captured", "this reservation has been captured"),
    State.RELEASED: conflict("already_released", "this reservation has been released"),
    State.EXPIRED: conflict("already_expired", "this reservation has expired"),
}


def reserve(account: Account, command: Reserve, now: datetime) -> Posting | Refusal:
    """Set an amount aside, or decline to: both are values. Refused is only what makes no sense (422)."""
    if command.amount.currency != account.currency:
        return _wrong_currency(account.currency)
    obstacle = account.obstacle(command.amount.amount_minor)
    reservation = Reservation(
        reservation_id=command.reservation_id,
        account_id=account.account_id,
        amount=command.amount,
        state=State.RESERVED if obstacle is None else State.DECLINED,
        created_at=now,
        expires_at=now + command.lasts,
        reason=obstacle,
        reference=command.reference,
        resolved_at=None if obstacle is None else now,
    )
    if obstacle is not None:
        return Posting(account, reservation, None)
    entry = _entry(account, reservation, EntryKind.RESERVED, now, reserved_delta=command.amount.amount_minor)
    return Posting(post(account, entry), reservation, entry)


def capture(account: Account, reservation: Reservation, command: Capture, now: datetime) -> Posting | Refusal:
    """Draw what was reserved, or part of it. Refused: resolved before (409), another currency or too much (422)."""
    if reservation.state is not State.RESERVED:
        return _RESOLVED[reservation.state]
    amount = command.amount or reservation.amount
    if amount.currency != account.currency:
        return _wrong_currency(account.currency)
    if amount.amount_minor > reservation.amount.amount_minor:
        fault = Fault("/amount/amount_minor", "capture_exceeds_reservation", "is more than was reserved")
        return invalid("capture_exceeds_reservation", "no more than the reserved amount can be captured", [fault])
    return _resolve(account, reservation, State.CAPTURED, now, now, captured_minor=amount.amount_minor)


def release(account: Account, reservation: Reservation, now: datetime) -> Posting | Refusal:
    """Give back what was reserved. Refused when it was resolved before (409)."""
    if reservation.state is not State.RESERVED:
        return _RESOLVED[reservation.state]
    return _resolve(account, reservation, State.RELEASED, now, now)


def expire(account: Account, reservation: Reservation, now: datetime) -> Posting:
    """Give back what ran out. It counts from `expires_at`, however late it is recorded."""
    assert reservation.state is State.RESERVED
    assert reservation.expires_at <= now
    return _resolve(account, reservation, State.EXPIRED, now, reservation.expires_at)


_ENTRY_OF: Final = {
    State.CAPTURED: EntryKind.CAPTURED,
    State.RELEASED: EntryKind.RELEASED,
    State.EXPIRED: EntryKind.EXPIRED,
}


def _resolve(
    account: Account,
    reservation: Reservation,
    state: State,
    now: datetime,
    resolved_at: datetime,
    captured_minor: int = 0,
) -> Posting:
    resolved = replace(reservation, state=state, captured_minor=captured_minor, resolved_at=resolved_at)
    entry = _entry(
        account,
        reservation,
        _ENTRY_OF[state],
        now,
        reserved_delta=-reservation.amount.amount_minor,
        posted_delta=captured_minor,
    )
    return Posting(post(account, entry), resolved, entry)


def _entry(
    account: Account,
    reservation: Reservation,
    kind: EntryKind,
    now: datetime,
    *,
    reserved_delta: int,
    posted_delta: int = 0,
) -> Entry:
    return Entry(
        account_id=account.account_id,
        version=account.version + 1,
        kind=kind,
        created_at=now,
        reserved_delta=reserved_delta,
        posted_delta=posted_delta,
        reservation_id=reservation.reservation_id,
        reference=reservation.reference,
    )


def _wrong_currency(currency: str) -> Refusal:
    fault = Fault("/amount/currency", "wrong_currency", f"this account is in {currency}")
    return invalid("wrong_currency", "the amount is not in the account's currency", [fault])
