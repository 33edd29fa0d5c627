"""Reservations as they are shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from services.limits.domain.account import EntryKind
from services.limits.domain.books import Posting
from services.limits.domain.reservation import Reservation
from shared.errors import Refusal
from shared.http.money import MoneyBody
from shared.http.problems import problem
from shared.idempotency import Answer


class Adjustment(BaseModel):
    """What became of an adjustment: when it is declined, for `reason`, the reservation stays what it was."""

    state: str
    reason: str | None


class ReservationReply(BaseModel):
    """A reservation: `declined` with a `reason` when it did not fit, on the account of that id.

    `captured` is what was drawn of it, `left` what is still set aside. A `dry_run` was decided and not made.
    """

    reservation_id: str
    account_id: str
    state: str
    reason: str | None
    obstacle_account_id: str | None
    amount: MoneyBody
    captured: MoneyBody
    left: MoneyBody
    reference: str | None
    expires_at: datetime
    created_at: datetime
    resolved_at: datetime | None
    adjustment: Adjustment | None = None
    dry_run: bool = False


class BulkResult(BaseModel):
    """What became of one operation: the status and the body it would have had as a request of its own."""

    status: int
    body: dict[str, Any]


class BulkReply(BaseModel):
    """What became of each operation, in the order in which they were sent."""

    results: list[BulkResult]


def reservation_location(reservation_id: str) -> str:
    """Return the path of a reservation."""
    return f"/v1/reservations/{reservation_id}"


def answer(outcome: Posting | Refusal) -> Answer | Refusal:
    """Return the answer to a command: 201 and its place for a new reservation, 200 for a dry run and for any other."""
    if isinstance(outcome, Refusal):
        return outcome
    body = _body(outcome)
    if outcome.is_new and not outcome.is_dry_run:
        return Answer(201, body, reservation_location(outcome.reservation.reservation_id))
    return Answer(200, body)


def bulk_answer(outcomes: Sequence[Posting | Refusal]) -> Answer:
    """Return the answer to a bulk request: the answer of each of its commands."""
    return Answer(200, b'{"results":[' + b",".join(_result(outcome) for outcome in outcomes) + b"]}")


def _result(outcome: Posting | Refusal) -> bytes:
    if isinstance(outcome, Refusal):
        refused = problem(outcome)
        return b'{"status":%d,"body":%b}' % (refused.status_code, bytes(refused.body))
    return b'{"status":%d,"body":%b}' % (201 if outcome.is_new else 200, _body(outcome))


def reservation_reply(reservation: Reservation) -> ReservationReply:
    """Return the public form of a reservation."""
    return ReservationReply.model_validate(_fields(reservation))


def _body(posting: Posting) -> bytes:
    adjustment = None
    if posting.kind is EntryKind.ADJUSTED:
        state = "accepted" if posting.adjustment is None else "declined"
        adjustment = {"state": state, "reason": posting.adjustment}
    return to_json({**_fields(posting.reservation), "adjustment": adjustment, "dry_run": posting.is_dry_run})


def _fields(reservation: Reservation) -> dict[str, Any]:
    # As `ReservationReply` has them, without building one: this is the hot path, and a test holds the two together.
    currency = reservation.amount.currency
    return {
        "reservation_id": reservation.reservation_id,
        "account_id": reservation.path[-1],
        "state": reservation.state,
        "reason": reservation.reason,
        "obstacle_account_id": reservation.obstacle_account_id,
        "amount": {"amount_minor": reservation.amount.amount_minor, "currency": currency},
        "captured": {"amount_minor": reservation.captured_minor, "currency": currency},
        "left": {"amount_minor": reservation.left_minor, "currency": currency},
        "reference": reservation.reference,
        "expires_at": reservation.expires_at,
        "created_at": reservation.created_at,
        "resolved_at": reservation.resolved_at,
    }
