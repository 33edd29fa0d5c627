"""What an item counts with on each account of a path."""

from collections.abc import Sequence

from services.limits.domain import tree
from services.limits.domain.account import Account
from services.limits.domain.books import Books
from services.limits.domain.items.item import Category, Item, Standing, Statement, part
from shared.errors import unavailable


def carried_over(books: Books, account: Account, path: Sequence[str], amounts: Sequence[int]) -> tuple[int, ...]:
    """Return what was entered on the accounts of `path` for `account`, as it stands on the path it has now.

    That is the same unless the account has moved in its tree since: then it is what its own amount comes to on each
    account that is new above it, as it was when it moved. Raises `Refusal` with 503 without an exchange rate.
    """
    if account.path == path:
        return tuple(amounts)
    found = tree.carried(books, amounts, path, account.path)
    if found is None:
        raise unavailable("no_rate", "there is no current exchange rate for what stands above an account")
    return found


def valued(books: Books, account: Account, stated: Statement) -> tuple[int, ...] | None:
    """Return what the whole amount of a line is worth to each account of the path, None without an exchange rate.

    Rounded up, and a credit down: what is owed is never counted as less than it is.
    """
    convert = books.rates.available if stated.category is Category.UNAPPLIED_CREDIT else books.rates.committed
    found = []
    for account_id in account.path:
        minor = convert(stated.amount.amount_minor, stated.amount.currency, books.accounts[account_id].currency)
        if minor is None:
            return None
        found.append(minor)
    return tuple(found)


def counted(item: Item, open_minor: int, standing: Standing) -> tuple[int, ...]:
    """Return what an item counts with on each account of its path: its open part, below zero for a credit."""
    if standing is not Standing.COUNTED:
        return (0,) * len(item.path)
    amount_minor = item.stated.amount.amount_minor
    if item.stated.category is Category.UNAPPLIED_CREDIT:
        return tuple(-(whole * open_minor // amount_minor) for whole in item.valued_minor)
    return tuple(part(whole, open_minor, amount_minor) for whole in item.valued_minor)
