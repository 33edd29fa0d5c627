"""The tree of accounts: what may stand below what, and what a move takes along."""

from collections.abc import Iterable

from services.limits.domain.account import Account


def mixed_currencies(accounts: Iterable[Account]) -> set[str]:
    """Return the currencies of those trees, among whole paths of accounts, that are in more than one."""
    by_root: dict[str, set[str]] = {}
    for account in accounts:
        by_root.setdefault(account.path[0], set()).add(account.currency)
    return {currency for found in by_root.values() if len(found) > 1 for currency in found}
