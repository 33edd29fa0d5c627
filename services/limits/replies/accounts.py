"""Accounts and checks as they are shown."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from services.limits.domain.account import Account
from services.limits.domain.check import LimitCheck
from shared.http.money import MoneyBody


class AccountReply(BaseModel):
    """A credit account as it stands: `available` = `limit` + `cover` - `posted` - `reserved`.

    `path` names the accounts that bound it, from the root of its tree to itself. With the `limit_basis` `unset` it has
    no limit of its own: `limit` and `available` are null, and the accounts above it bound it.
    """

    account_id: str
    party_id: str
    product: str
    kind: str
    segment: str | None
    sbu: str | None
    path: list[str]
    status: str
    limit: MoneyBody | None
    limit_basis: str
    cover: MoneyBody
    posted: MoneyBody
    reserved: MoneyBody
    available: MoneyBody | None
    review_due_on: date | None
    version: int
    opened_at: datetime


class AccountList(BaseModel):
    """All accounts of a party, oldest first."""

    items: list[AccountReply]


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


def account_reply(account: Account) -> AccountReply:
    """Return the public form of an account."""
    return AccountReply(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        kind=account.kind,
        segment=account.segment or None,
        sbu=account.sbu,
        path=list(account.path),
        status=account.status,
        limit=_minor(account, account.limit_minor) if account.is_bounded else None,
        limit_basis=account.basis,
        cover=_minor(account, account.cover_minor),
        posted=_minor(account, account.posted_minor),
        reserved=_minor(account, account.reserved_minor),
        available=_minor(account, account.available_minor) if account.is_bounded else None,
        review_due_on=account.review_due_on,
        version=account.version,
        opened_at=account.opened_at,
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
    return MoneyBody(amount_minor=amount_minor, currency=account.currency)
