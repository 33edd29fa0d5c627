"""Events that limits publishes, keyed by account."""

from typing import ClassVar

from shared.contracts.envelope import Amount, Contract, Instant

AGGREGATE = "limit"


class LimitGranted(Contract):
    """An approval became a limit on an account."""

    type: ClassVar[str] = "limits.limit_granted.v1"

    account_id: str
    party_id: str
    product: str
    decision_id: str
    application_id: str | None
    limit: Amount
    granted_at: Instant


class ReservationChange(Contract):
    """What every reservation event says: `available` is the least that was left to reserve on its path."""

    type: ClassVar[str]

    reservation_id: str
    account_id: str
    party_id: str
    amount: Amount
    available: Amount
    occurred_at: Instant


class ReservationReserved(ReservationChange):
    """Part of a limit is set aside."""

    type: ClassVar[str] = "limits.reservation_reserved.v1"


class ReservationDeclined(ReservationChange):
    """The amount did not fit; nothing is set aside."""

    type: ClassVar[str] = "limits.reservation_declined.v1"

    reason: str


class ReservationAdjusted(ReservationChange):
    """The reservation is now over `amount`, more than before or less."""

    type: ClassVar[str] = "limits.reservation_adjusted.v1"


class ReservationCaptured(ReservationChange):
    """`amount` was drawn; more of the reservation may be drawn later unless it said that it was the last."""

    type: ClassVar[str] = "limits.reservation_captured.v1"


class ReservationReleased(ReservationChange):
    """The reservation was given back by its holder."""

    type: ClassVar[str] = "limits.reservation_released.v1"


class ReservationExpired(ReservationChange):
    """The reservation ran out before it was captured."""

    type: ClassVar[str] = "limits.reservation_expired.v1"
