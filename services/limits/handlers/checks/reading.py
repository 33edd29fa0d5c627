"""Checks of documents, as they were recorded."""

from services.limits.domain.checks.result import CheckRecord
from services.limits.store import accounts
from services.limits.store import checks as store
from shared.db import Database
from shared.errors import not_found


async def get_check(db: Database, check_id: str) -> CheckRecord:
    """Return a check; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await store.find(tx, check_id)
    if found is None:
        raise not_found("check_not_found", "there is no such check")
    return found


async def list_checks(db: Database, account_id: str, before: str, limit: int) -> list[CheckRecord]:
    """Return the checks made on an account before the check `before`, newest first; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        if await accounts.find(tx, account_id) is None:
            raise not_found("account_not_found", "there is no such account")
        return await store.of_account(tx, account_id, before, limit)
