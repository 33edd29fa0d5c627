"""A reservation: part of a limit set aside for a while, then captured, released or expired, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.limits.domain.account import Reason
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
    """The command to set `amount` aside; `reservation_id` is the id the reservation will have.

    A `dry_run` is decided like any other and leaves nothing behind.
    """

    reservation_id: str
    account_id: str
    amount: Money
    lasts: timedelta
    reference: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Capture:
    """The command to draw `amount` of a reservation (all that is left when None).

    `final` gives back what is then left of it; otherwise that stays reserved, for captures to come.
    """

    reservation_id: str
    amount: Money | None = None
    final: bool = True


@dataclass(frozen=True, slots=True)
class Adjust:
    """The command to change what a reservation is over to `amount`, of which part may have been captured.

    More is a new check, of what is added. `lasts` is how long it then lasts from now, None to leave that as it is.
    """

    reservation_id: str
    amount: Money
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The command to give back what is left of a reservation."""

    reservation_id: str


Resolution = Capture | Adjust | Release
"""A command about a reservation that was made before."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A request to set an amount aside and what became of it.

    It is held on every account of `path`, from the root to its own: `held_minor` says how much, in the currency of
    each, None where all have the same currency and what is left is held on each. Of what was captured,
    `itemised_minor` has become documents; `unitemised_minor` says what the rest is entered with on each account, None
    where that is the rest itself. A declined one names the account it did not fit.
    """

    reservation_id: str
    path: tuple[str, ...]
    amount: Money
    state: State
    created_at: datetime
    expires_at: datetime
    captured_minor: int = 0
    itemised_minor: int = 0
    held_minor: tuple[int, ...] | None = None
    reason: Reason | None = None
    obstacle_account_id: str | None = None
    reference: str | None = None
    resolved_at: datetime | None = None
    unitemised_minor: tuple[int, ...] | None = None

    @property
    def account_id(self) -> str:
        """The account that it was asked for on."""
        return self.path[-1]

    @property
    def left_minor(self) -> int:
        """What is still set aside: nothing once it is resolved."""
        return self.amount.amount_minor - self.captured_minor if self.state is State.RESERVED else 0

    @property
    def held(self) -> tuple[int, ...]:
        """What is still set aside on each account of the path, in the currency of each."""
        if self.held_minor is not None:
            return self.held_minor
        return (self.left_minor,) * len(self.path)

    @property
    def unitemised(self) -> tuple[int, ...]:
        """What was captured and has not become documents, as it is entered on each account of the path."""
        if self.unitemised_minor is not None:
            return self.unitemised_minor
        return (self.captured_minor - self.itemised_minor,) * len(self.path)

    def as_of(self, now: datetime) -> "Reservation":
        """Return how the reservation stands at `now`: once it has run out it is expired, recorded or not."""
        if self.state is State.RESERVED and self.expires_at <= now:
            return self.ended(State.EXPIRED, self.expires_at)
        return self

    def ended(self, state: State, at: datetime) -> "Reservation":
        """Return the reservation after its end: nothing of it is held any more."""
        held = None if self.held_minor is None else (0,) * len(self.path)
        return replace(self, state=state, resolved_at=at, held_minor=held)


_RESOLVED: Final = {
    State.DECLINED: conflict("reservation_declined", "this reservation was declined; nothing is set aside"),
    State.CAPTURED: conflict("already_captured", "this reservation has been captured"),
    State.RELEASED: conflict("already_released", "this reservation has been released"),
    State.EXPIRED: conflict("already_expired", "this reservation has expired"),
}


def objection(reservation: Reservation, command: Resolution) -> Refusal | None:
    """Return why a command makes no sense: resolved before (409), another currency, too much or too little (422)."""
    if reservation.state is not State.RESERVED:
        return _RESOLVED[reservation.state]
    if isinstance(command, Release) or command.amount is None:
        return None
    if command.amount.currency != reservation.amount.currency:
        return wrong_currency(reservation.amount.currency)
    minor = command.amount.amount_minor
    if isinstance(command, Capture) and minor > reservation.left_minor:
        fault = Fault("/amount/amount_minor", "capture_exceeds_reservation", "is more than is reserved")
        return invalid("capture_exceeds_reservation", "no more than the reserved amount can be captured", [fault])
    if isinstance(command, Adjust) and minor <= reservation.captured_minor:
        fault = Fault("/amount/amount_minor", "adjustment_below_captured", "is not more than has been captured")
        return invalid("adjustment_below_captured", "release the reservation to give the rest of it back", [fault])
    return None


def wrong_currency(currency: str) -> Refusal:
    """Return the refusal of an amount that is not in the currency of its account."""
    fault = Fault("/amount/currency", "wrong_currency", f"this account is in {currency}")
    return invalid("wrong_currency", "the amount is not in the account's currency", [fault])


def parts(reservation: Reservation, amount_minor: int) -> tuple[int, ...]:
    """Return which part of what is held on each account goes with `amount_minor` of what is left.

    In the currency of each account; the last part takes what rounding left, so nothing of a reservation is ever lost.
    """
    if reservation.held_minor is None:
        return (amount_minor,) * len(reservation.path)
    left = reservation.left_minor
    return tuple(held if amount_minor == left else held * amount_minor // left for held in reservation.held_minor)
