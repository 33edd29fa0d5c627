"""The limit check: would this amount fit, asked without reserving anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.limits.domain.account import Account, Reason
from shared.money import Money


@dataclass(frozen=True, slots=True)
class CheckLimit:
    """The question whether a party has `amount` available, for one product or for any."""

    party_id: str
    product: str | None
    amount: Money


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """The answer: the account that was looked at, if there is one, and every reason against it."""

    account: Account | None
    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        """True when nothing speaks against the amount."""
        return not self.reasons


def check_limit(question: CheckLimit, accounts: Sequence[Account]) -> LimitCheck:
    """Return whether the amount fits one of the party's accounts; where several could do, the one with most room."""
    candidates = [account for account in accounts if question.product in (None, account.product)]
    if not candidates:
        return LimitCheck(None, (Reason.NO_LIMIT,))
    payable = [account for account in candidates if account.currency == question.amount.currency]
    if not payable:
        return LimitCheck(None, (Reason.WRONG_CURRENCY,))
    account = max(payable, key=lambda entry: (entry.available_minor, entry.account_id))
    obstacle = account.obstacle(question.amount.amount_minor)
    return LimitCheck(account, () if obstacle is None else (obstacle,))
