"""Accounts as they stand."""

from services.limits.domain.account import Account
from services.limits.store import accounts
from shared.db import Database
from shared.errors import not_found


async def get_account(db: Database, account_id: str) -> Account:
    """Return an account; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await accounts.find(tx, account_id)
    if found is None:
        raise not_found("account_not_found", "there is no such account")
    return found


async def list_accounts(db: Database, party_id: str) -> list[Account]:
    """Return the accounts of a party."""
    async with db.transaction() as tx:
        return await accounts.of_parties(tx, [party_id])
