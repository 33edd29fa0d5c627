"""Events that limits publishes, keyed by account."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

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


class LimitChanged(Contract):
    """What is in force on an account changed: `limit` is null where it has none of its own any more.

    `cause` says why: a proposal, the product's default, a date that came (`lapse`), a decision, collateral (`cover`).
    """

    type: ClassVar[str] = "limits.limit_changed.v1"

    account_id: str
    party_id: str
    product: str
    limit: Amount | None
    cover: Amount
    available: Amount | None
    cause: Literal["proposal", "default", "lapse", "decision", "cover"]
    changed_at: Instant


class LimitExpiring(Contract):
    """A limit, or a part of it, runs out on `expires_at` unless somebody renews it."""

    type: ClassVar[str] = "limits.limit_expiring.v1"

    account_id: str
    party_id: str
    product: str
    limit: Amount
    limit_afterwards: Amount
    expires_at: Instant


class ReviewDue(Contract):
    """The review of an account was due on that day and has not taken place."""

    type: ClassVar[str] = "limits.review_due.v1"

    account_id: str
    party_id: str
    product: str
    review_due_on: date = Field(strict=False)


class AccountChanged(Contract):
    """An account was suspended, blocked, opened again, closed, or moved in its tree (`path`, from the root to it)."""

    type: ClassVar[str] = "limits.account_changed.v1"

    account_id: str
    party_id: str
    product: str
    status: Literal["open", "suspended", "blocked", "closed"]
    path: tuple[str, ...] = Field(strict=False)
    changed_at: Instant


class UtilizationCrossed(Contract):
    """The committed part of a limit went over a threshold (`up`), or well below it again (`down`)."""

    type: ClassVar[str] = "limits.utilization_crossed.v1"

    account_id: str
    party_id: str
    product: str
    segment: str | None
    sbu: str | None
    threshold_percent: int
    utilization_percent: int
    direction: Literal["up", "down"]
    occurred_at: Instant


class LimitOversold(Contract):
    """More is committed on an account than it now allows, by `over`: its limit was cut, or documents outgrew it."""

    type: ClassVar[str] = "limits.limit_oversold.v1"

    account_id: str
    party_id: str
    product: str
    over: Amount
    occurred_at: Instant


class Document(Contract):
    """A document of another system, by the names it has there."""

    source: str
    doc_type: str
    doc_id: str


class CreditHold(Contract):
    """What every event of a blocked document says; `amount` is the document's."""

    type: ClassVar[str]

    hold_id: str
    account_id: str
    party_id: str
    document: Document
    amount: Amount
    occurred_at: Instant


class CreditHoldOpened(CreditHold):
    """A document was blocked by a credit check, for `reasons`."""

    type: ClassVar[str] = "limits.credit_hold_opened.v1"

    reasons: tuple[str, ...] = Field(strict=False)


class CreditHoldReleased(CreditHold):
    """An officer released a blocked document up to `released`, until `expires_at`."""

    type: ClassVar[str] = "limits.credit_hold_released.v1"

    released: Amount
    expires_at: Instant


class CreditHoldClosed(CreditHold):
    """A blocked document is not waiting any more: it passed a later check, was rejected, or was cancelled."""

    type: ClassVar[str] = "limits.credit_hold_closed.v1"

    outcome: Literal["passed", "rejected", "cancelled"]
