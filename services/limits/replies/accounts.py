"""Accounts as they are shown."""

from datetime import date, datetime

from pydantic import BaseModel

from services.limits.domain.account import Account, Entry
from shared.canonical import content_hash
from shared.http.money import MoneyBody


class AccountReply(BaseModel):
    """A credit account as it stands: `available` = `limit` + `cover` - `posted` - `reserved`.

    `headroom` is the least that any account of its path leaves available, in the currency of this one: no more can be
    reserved. Where it is null no account of the path has a limit, and nothing can be.
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
    headroom: MoneyBody | None
    review_due_on: date | None
    version: int
    opened_at: datetime


class AccountList(BaseModel):
    """All accounts of a party, oldest first."""

    items: list[AccountReply]


class TreeReply(BaseModel):
    """An account and those below it, each after the one it stands below; unless `complete`, only the first of them."""

    items: list[AccountReply]
    complete: bool


class EntryReply(BaseModel):
    """A change of an account; the deltas are in minor units of its currency, `available` is what it left available.

    Entries that one command made, on whatever accounts, have the same `transaction_id`.
    """

    version: int
    kind: str
    transaction_id: str
    limit_delta_minor: int
    cover_delta_minor: int
    reserved_delta_minor: int
    posted_delta_minor: int
    available_minor: int | None
    currency: str
    decision_id: str | None
    reservation_id: str | None
    item_id: str | None
    proposal_id: str | None
    reference: str | None
    actor: str | None
    reason: str | None
    created_at: datetime


class EntryPage(BaseModel):
    """Entries of an account, newest first."""

    items: list[EntryReply]
    next_cursor: str | None


def account_location(account_id: str) -> str:
    """Return the path of an account."""
    return f"/v1/accounts/{account_id}"


def etag(account: Account | AccountReply) -> str:
    """Return the entity tag of what people edit on an account, as `If-Match` names it.

    Balances are left out: on a busy account they change between any reading and any writing.
    """
    review_due_on = None if account.review_due_on is None else account.review_due_on.isoformat()
    return f'"{content_hash({"sbu": account.sbu, "review_due_on": review_due_on})[:16]}"'


def account_reply(account: Account, headroom_minor: int | None) -> AccountReply:
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
        headroom=None if headroom_minor is None else _minor(account, headroom_minor),
        review_due_on=account.review_due_on,
        version=account.version,
        opened_at=account.opened_at,
    )


def entry_reply(entry: Entry, currency: str) -> EntryReply:
    """Return the public form of an entry of an account in that currency."""
    return EntryReply(
        version=entry.version,
        kind=entry.kind,
        transaction_id=entry.transaction_id,
        limit_delta_minor=entry.limit_delta,
        cover_delta_minor=entry.cover_delta,
        reserved_delta_minor=entry.reserved_delta,
        posted_delta_minor=entry.posted_delta,
        available_minor=entry.available_minor,
        currency=currency,
        decision_id=entry.decision_id,
        reservation_id=entry.reservation_id,
        item_id=entry.item_id,
        proposal_id=entry.proposal_id,
        reference=entry.reference,
        actor=entry.actor,
        reason=entry.reason,
        created_at=entry.created_at,
    )


def _minor(account: Account, amount_minor: int) -> MoneyBody:
    return MoneyBody(amount_minor=amount_minor, currency=account.currency)
