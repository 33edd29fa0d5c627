"""What a decision does to an account: it sets the limit, closes the account or opens it again."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.limits.domain.account import Account, Approval, Status
from services.limits.domain.terms import Term, TermKind


def granted(approval: Approval, account_id: str, term_id: str, now: datetime, proposal_id: str | None = None) -> Term:
    """Return the limit that an approval sets.

    Bases are ordered by when they were decided, whatever order they arrive in. One from a clock that is ahead is in
    force as soon as it is known here, and not only when this clock has caught up.
    """
    return Term(
        term_id=term_id,
        account_id=account_id,
        kind=TermKind.BASE,
        amount_minor=approval.limit.amount_minor,
        effective_from=min(approval.decided_at, now),
        effective_to=None,
        stated_at=approval.decided_at,
        created_at=now,
        decision_id=approval.decision_id,
        proposal_id=proposal_id,
    )


def followed(account: Account, approval: Approval, *, speaks: bool, review_every_days: int | None) -> Account:
    """Return the account after an approval was entered; only one that speaks changes more than what is known last.

    A limit of 0 closes the account, and a later one above 0 opens it again; what an officer suspended or blocked stays
    so. The next review is counted from the decision.
    """
    last = (account.limit_decided_at, account.limit_decision_id)
    if last[0] is None or last[1] is None or (approval.decided_at, approval.decision_id) > (last[0], last[1]):
        account = replace(account, limit_decided_at=approval.decided_at, limit_decision_id=approval.decision_id)
    if not speaks:
        return account
    if approval.limit.amount_minor == 0 and account.status is Status.OPEN:
        account = replace(account, status=Status.CLOSED)
    elif approval.limit.amount_minor > 0 and account.status is Status.CLOSED:
        account = replace(account, status=Status.OPEN)
    if review_every_days is not None:
        account = replace(account, review_due_on=approval.decided_at.date() + timedelta(days=review_every_days))
    return account
