"""Changes of accounts as public contracts."""

from datetime import datetime

from services.limits.domain.account import Account
from shared.contracts import limits as contract
from shared.outbox import Fact


def account_changed(account: Account, changed_at: datetime, traceparent: str | None) -> Fact:
    """Return the event of an account with another status or place in its tree than before."""
    data = contract.AccountChanged(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        status=account.status.value,
        path=account.path,
        changed_at=changed_at,
    )
    return Fact(contract.AGGREGATE, account.account_id, contract.AccountChanged.type, data, traceparent)
