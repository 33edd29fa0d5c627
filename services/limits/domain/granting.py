"""What a decision does to the limit of an account."""

from dataclasses import replace
from datetime import datetime

from services.limits.domain.account import Account, Approval, Basis, Entry, EntryKind, post


def grant(account: Account, approval: Approval, now: datetime) -> tuple[Account, Entry]:
    """Return the account with the approved limit, and the entry that says so.

    The latest decision sets the limit, whatever order decisions arrive in: an older one that comes late is entered
    and changes nothing. A limit below what is committed is allowed; commitments stand and new ones don't fit.
    """
    decided = (approval.decided_at, approval.decision_id)
    superseded = (
        account.limit_decided_at is not None
        and account.limit_decision_id is not None
        and (account.limit_decided_at, account.limit_decision_id) > decided
    )
    delta = 0 if superseded else approval.limit.amount_minor - account.limit_minor
    entry = Entry(
        account_id=account.account_id,
        version=account.version + 1,
        kind=EntryKind.LIMIT_GRANTED,
        created_at=now,
        transaction_id=approval.decision_id,
        limit_delta=delta,
        available_minor=account.available_minor + delta,
        decision_id=approval.decision_id,
    )
    posted = post(account, entry)
    if superseded:
        return posted, entry
    return replace(
        posted, basis=Basis.SET, limit_decided_at=approval.decided_at, limit_decision_id=approval.decision_id
    ), entry
