"""What limits shows of its values over HTTP."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.limits.domain.account import Account
from services.limits.domain.check import LimitCheck
from services.limits.domain.reservation import Posting, Reservation
from shared.http.money import MoneyBody
from shared.idempotency import Answer
from shared.money import Money


class AccountReply(BaseModel):
    """A credit account as it stands: `available` = `limit` - `posted` - `reserved`."""

    account_id: str
    party_id: str
    product: str
    limit: MoneyBody
    posted: MoneyBody
    reserved: MoneyBody
    available: MoneyBody
    version: int
    opened_at: datetime


class AccountList(BaseModel):
    """All accounts of a party, oldest first."""

    items: list[AccountReply]


class ReservationReply(BaseModel):
    """A reservation: `declined` with a `reason` when it did not fit; `captured` is what was drawn of it."""

    reservation_id: str
    account_id: str
    state: str
    reason: str | None
    amount: MoneyBody
    captured: MoneyBody
    reference: str | None
    expires_at: datetime
    created_at: datetime
    resolved_at: datetime | None


class LimitCheckReply(BaseModel):
    """Whether the amount would fit now. Nothing was reserved; the balances are null when there is no account."""

    result: Literal["ok", "block"]
    reasons: list[str]
    account_id: str | None
    limit: MoneyBody | None
    posted: MoneyBody | None
    reserved: MoneyBody | None
    available: MoneyBody | None
    dry_run: Literal[True] = True


def reservation_location(reservation_id: str) -> str:
    """Return the path of a reservation."""
    return f"/v1/reservations/{reservation_id}"


def answer(posting: Posting) -> Answer:
    """Return the answer to a command: 201 and its place for a new reservation, 200 for one that was resolved."""
    body = reservation_reply(posting.reservation).model_dump_json().encode()
    if posting.is_new:
        return Answer(201, body, reservation_location(posting.reservation.reservation_id))
    return Answer(200, body)


def account_reply(account: Account) -> AccountReply:
    """Return the public form of an account."""
    return AccountReply(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        limit=_minor(account, account.limit_minor),
        posted=_minor(account, account.posted_minor),
        reserved=_minor(account, account.reserved_minor),
        available=_minor(account, account.available_minor),
        version=account.version,
        opened_at=account.opened_at,
    )


def reservation_reply(reservation: Reservation) -> ReservationReply:
    """Return the public form of a reservation."""
    return ReservationReply(
        reservation_id=reservation.reservation_id,
        account_id=reservation.account_id,
        state=reservation.state,
        reason=reservation.reason,
        amount=_money(reservation.amount),
        captured=MoneyBody(amount_minor=reservation.captured_minor, currency=reservation.amount.currency),
        reference=reservation.reference,
        expires_at=reservation.expires_at,
        created_at=reservation.created_at,
        resolved_at=reservation.resolved_at,
    )


def limit_check_reply(check: LimitCheck) -> LimitCheckReply:
    """Return the public form of a limit check."""
    account = check.account
    return LimitCheckReply(
        result="ok" if check.passed else "block",
        reasons=list(check.reasons),
        account_id=None if account is None else account.account_id,
        limit=None if account is None else _minor(account, account.limit_minor),
        posted=None if account is None else _minor(account, account.posted_minor),
        reserved=None if account is None else _minor(account, account.reserved_minor),
        available=None if account is None else _minor(account, account.available_minor),
    )


def _minor(account: Account, amount_minor: int) -> MoneyBody:
    return _money(account.money(amount_minor))


def _money(money: Money) -> MoneyBody:
    return MoneyBody(amount_minor=money.amount_minor, currency=money.currency)
