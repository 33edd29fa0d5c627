"""Holds, and who may release them, as they are shown."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.limits.domain.authority import Authority, Statement
from services.limits.domain.holds import Hold, HoldEvent
from services.limits.replies.accounts import AccountReply
from services.limits.replies.checks import CheckRecordReply, DocumentReply
from shared.http.money import MoneyBody
from shared.money import Money


class PendingReleaseReply(BaseModel):
    """A release that waits for a second officer to confirm it."""

    amount: MoneyBody
    expires_at: datetime
    asked_by: str


class ReleaseReply(BaseModel):
    """What officers let pass of the document. Unless it `stands`, the next check of the document opens the hold again.

    `authorisation_code` proves the release to whoever ships the goods.
    """

    amount: MoneyBody
    expires_at: datetime
    authorisation_code: str
    stands: bool


class HoldReply(BaseModel):
    """A blocked document. `version` is what `If-Match` names: it changes with all that a release should have seen.

    `document_version` is null where the document's system counts none. `requested_by` are those who asked for its
    checks, and may not release it; `reasons` are those of the last check.
    """

    hold_id: str
    state: str
    document: DocumentReply
    document_version: int | None
    account_id: str
    party_id: str
    product: str
    segment: str | None
    amount: MoneyBody
    reasons: list[str]
    check_id: str
    requested_by: list[str]
    assigned_to: str | None
    pending_release: PendingReleaseReply | None
    release: ReleaseReply | None
    version: int
    opened_at: datetime
    changed_at: datetime


class HoldPage(BaseModel):
    """One page of the queue; `next_cursor` is null on the last one."""

    items: list[HoldReply]
    next_cursor: str | None


class HoldEventReply(BaseModel):
    """Something that happened to a hold: who did it and why, and what there is to say of it besides.

    `bound` names what an officer's authority did not reach to. `hold_version` is the version of the hold afterwards.
    """

    number: int
    kind: str
    actor: str
    created_at: datetime
    hold_version: int
    reason: str | None
    amount: MoneyBody | None
    expires_at: datetime | None
    authorisation_code: str | None
    check_id: str | None
    reasons: list[str]
    assigned_to: str | None
    bound: str | None


class HoldDetailReply(HoldReply):
    """All that an officer decides on: the hold, the accounts from the root of its tree, its checks, and its events.

    `checks` and `events` are newest first; of very many the newest.
    """

    accounts: list[AccountReply]
    checks: list[CheckRecordReply]
    events: list[HoldEventReply]


class AuthorityReply(BaseModel):
    """What a holder may release of one currency, and of one product or any, while it is valid."""

    product: str | None
    max_amount: MoneyBody
    max_exposure: MoneyBody
    second_release_above: MoneyBody | None
    max_days: int
    valid_from: datetime
    valid_to: datetime | None


class StatementReply(BaseModel):
    """Everything that a holder may release, who granted it and why; version 0 when nothing was ever granted."""

    holder: str
    version: int
    authorities: list[AuthorityReply]
    granted_by: str | None
    reason: str | None
    created_at: datetime | None


class StatementList(BaseModel):
    """What was granted to a holder over time, newest first; of very much the newest."""

    items: list[StatementReply]


def hold_reply(hold: Hold, now: datetime) -> HoldReply:
    """Return the public form of a hold as it stands at `now`."""
    pending, release = hold.pending, hold.release
    return HoldReply(
        hold_id=hold.hold_id,
        state=hold.state,
        document=DocumentReply(
            source=hold.document.source, doc_type=hold.document.doc_type, doc_id=hold.document.doc_id
        ),
        document_version=hold.document_version,
        account_id=hold.owner.account_id,
        party_id=hold.owner.party_id,
        product=hold.owner.product,
        segment=hold.owner.segment or None,
        amount=_money(hold.amount),
        reasons=list(hold.reasons),
        check_id=hold.check_id,
        requested_by=list(hold.requested_by),
        assigned_to=hold.assigned_to,
        pending_release=None
        if pending is None
        else PendingReleaseReply(
            amount=_money(pending.amount), expires_at=pending.expires_at, asked_by=pending.asked_by
        ),
        release=None
        if release is None
        else ReleaseReply(
            amount=_money(release.amount),
            expires_at=release.expires_at,
            authorisation_code=hold.authorisation_code or "",
            stands=release.covers(hold.amount, frozenset(hold.reasons), now),
        ),
        version=hold.version,
        opened_at=hold.opened_at,
        changed_at=hold.changed_at,
    )


def detail_reply(
    hold: Hold,
    now: datetime,
    accounts: Sequence[AccountReply],
    checks: Sequence[CheckRecordReply],
    events: Sequence[HoldEvent],
) -> HoldDetailReply:
    """Return all there is to see of a hold at `now`."""
    return HoldDetailReply(
        **dict(hold_reply(hold, now)),
        accounts=list(accounts),
        checks=list(checks),
        events=[_event(event) for event in events],
    )


def statement_reply(statement: Statement) -> StatementReply:
    """Return the public form of what a holder may release."""
    return StatementReply(
        holder=statement.holder,
        version=statement.version,
        authorities=[_authority(authority) for authority in statement.authorities],
        granted_by=statement.granted_by,
        reason=statement.reason,
        created_at=statement.created_at,
    )


def _event(event: HoldEvent) -> HoldEventReply:
    said = event.particulars
    return HoldEventReply(
        number=event.number,
        kind=event.kind,
        actor=event.actor,
        created_at=event.created_at,
        hold_version=event.hold_version,
        reason=said.reason,
        amount=None if said.amount is None else _money(said.amount),
        expires_at=said.expires_at,
        authorisation_code=said.authorisation_code,
        check_id=said.check_id,
        reasons=list(said.reasons),
        assigned_to=said.assigned_to,
        bound=said.bound,
    )


def _authority(authority: Authority) -> AuthorityReply:
    above = authority.second_release_above
    return AuthorityReply(
        product=authority.product,
        max_amount=_money(authority.max_amount),
        max_exposure=_money(authority.max_exposure),
        second_release_above=None if above is None else _money(above),
        max_days=authority.max_days,
        valid_from=authority.valid_from,
        valid_to=authority.valid_to,
    )


def _money(money: Money) -> MoneyBody:
    return MoneyBody(amount_minor=money.amount_minor, currency=money.currency)
