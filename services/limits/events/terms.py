"""Limits that came into force as public contracts."""

from services.limits.domain.account import Account
from services.limits.domain.ledger import LimitChange
from shared.contracts import limits as contract
from shared.contracts.envelope import Amount
from shared.outbox import Fact


def limit_changed(change: LimitChange) -> Fact:
    """Return the event of another limit or cover that came into force."""
    account = change.account
    data = contract.LimitChanged(
        account_id=account.account_id,
        party_id=account.party_id,
        product=account.product,
        limit=_amount(account, account.limit_minor) if account.is_bounded else None,
        cover=_amount(account, account.cover_minor),
        available=_amount(account, account.available_minor) if account.is_bounded else None,
        cause=change.why.value,
        changed_at=change.at,
    )
    return Fact(contract.AGGREGATE, account.account_id, data.type, data)


def _amount(account: Account, amount_minor: int) -> Amount:
    return Amount(amount_minor=amount_minor, currency=account.currency)
