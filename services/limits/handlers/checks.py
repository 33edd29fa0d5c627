"""Limit checks."""

from collections.abc import Sequence

from services.limits.domain.account import Account
from services.limits.domain.check import CheckLimit, LimitCheck, check_limit
from services.limits.store import accounts
from shared.db import Database
from shared.errors import Refusal


async def check_limits(db: Database, batch: Sequence[CheckLimit]) -> list[LimitCheck | Refusal]:
    """Tell whether amounts would fit, by the rule that reserving goes by; nothing is reserved."""
    async with db.transaction() as tx:
        known = await accounts.of_parties(tx, {question.party_id for question in batch})
    by_party: dict[str, list[Account]] = {}
    for account in known:
        by_party.setdefault(account.party_id, []).append(account)
    return [check_limit(question, by_party.get(question.party_id, [])) for question in batch]
