"""What limits tells by itself, as public contracts."""

from datetime import datetime

from services.limits.domain.account import Account
from services.limits.domain.signals import Crossing, Expiring, Overdue, Oversold
from shared.contracts import limits as contract
from shared.contracts.envelope import Amount
from shared.outbox import Fact


def utilization_crossed(crossing: Crossing, at: datetime) -> Fact:
    """Return the event of a threshold that was crossed."""
    account = crossing.account
    data = contract.UtilizationCrossed(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        segment=account.segment or None,
        sbu=account.sbu,
        threshold_percent=crossing.threshold_percent,
        utilization_percent=crossing.utilization_percent,
        direction=crossing.direction.value,
        occurred_at=at,
    )
    return _fact(account, data)


def limit_oversold(oversold: Oversold, at: datetime) -> Fact:
    """Return the event of an account on which more is committed than it allows."""
    account = oversold.account
    data = contract.LimitOversold(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        over=Amount(amount_minor=oversold.over.amount_minor, currency=oversold.over.currency),
        occurred_at=at,
    )
    return _fact(account, data)


def limit_expiring(expiring: Expiring) -> Fact:
    """Return the event of a limit, or a part of it, that is about to run out."""
    account = expiring.account
    data = contract.LimitExpiring(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        limit=Amount(amount_minor=expiring.limit_minor, currency=account.currency),
        limit_afterwards=Amount(amount_minor=expiring.limit_afterwards_minor, currency=account.currency),
        expires_at=expiring.expires_at,
    )
    return _fact(account, data)


def review_due(overdue: Overdue) -> Fact:
    """Return the event of a review that was due and has not taken place."""
    account = overdue.account
    data = contract.ReviewDue(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        review_due_on=overdue.review_due_on,
    )
    return _fact(account, data)


def _fact(
    account: Account,
    data: contract.UtilizationCrossed | contract.LimitOversold | contract.LimitExpiring | contract.ReviewDue,
) -> Fact:
    return Fact(contract.AGGREGATE, account.account_id, data.type, data)
