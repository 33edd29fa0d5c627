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


class _Reservation(Contract):
    """What every reservation event says: `available` is what the account had left afterwards."""

    reservation_id: str
    account_id: str
    party_id: str
    amount: Amount
    available: Amount
    occurred_at: Instant


class ReservationReserved(_Reservation):
    """Part of a limit is set aside."""

    type: ClassVar[str] = "limits.reservation_reserved.v1"


class ReservationDeclined(_Reservation):
    """The amount did not fit; nothing is set aside."""

    type: ClassVar[str] = "limits.reservation_declined.v1"

    reason: str


class ReservationCaptured(_Reservation):
    """`amount` was drawn; what the reservation held beyond it was released."""

    type: ClassVar[str] = "limits.reservation_captured.v1"


class ReservationReleased(_Reservation):
    """The reservation was given back by its holder."""

    type: ClassVar[str] = "limits.reservation_released.v1"


class ReservationExpired(_Reservation):
    """The reservation ran out before it was captured."""

    type: ClassVar[str] = "limits.reservation_expired.v1"
