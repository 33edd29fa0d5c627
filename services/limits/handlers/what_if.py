"""What would be if: read, tried out on copies, and forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.limits.domain.checks.check import check
from services.limits.domain.checks.question import Question
from services.limits.domain.checks.what_if import (
    Change,
    Level,
    Tried,
    TryDocument,
    TryMove,
    TryReservation,
    carry_out,
    count_document,
    levels,
)
from services.limits.handlers.checks.grounds import Grounds, figures_for, of_accounts
from services.limits.store import tree
from shared.db import Database
from shared.errors import Fault, Refusal, conflict, invalid

MAX_ACCOUNTS: Final = 1_000
"""How many accounts the changes may take along."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What became of each change, in order, and the accounts they touch."""

    tried: tuple[Tried, ...]
    levels: tuple[Level, ...]


async def what_if(db: Database, changes: Sequence[Change], actor: str) -> WhatIf:
    """Carry changes out one after the other, each on what those before it left, and keep nothing of it.

    Raises `Refusal` for the first that makes no sense: 422 for an unknown account or another currency, 409 for a move
    that the tree forbids.
    """
    async with db.transaction() as tx:
        wanted = {change.account_id for change in changes}
        for change in changes:
            if isinstance(change, TryMove):
                wanted.update(await tree.below(tx, change.account_id, MAX_ACCOUNTS + 1))
                if change.parent_id is not None:
                    wanted.add(change.parent_id)
        if len(wanted) > MAX_ACCOUNTS:
            raise conflict("tree_too_large", f"no more than {MAX_ACCOUNTS} accounts can be looked at")
        amounts = [change.amount for change in changes if isinstance(change, TryReservation | TryDocument)]
        grounds = await of_accounts(tx, wanted, {amount.currency for amount in amounts})
    tried = tuple(_try(change, place, grounds, actor) for place, change in enumerate(changes))
    return WhatIf(tried, tuple(levels(grounds.books, changes)))


def _try(change: Change, place: int, grounds: Grounds, actor: str) -> Tried:
    if change.account_id not in grounds.books.accounts:
        fault = Fault(f"/changes/{place}/account_id", "account_not_found", "there is no such account")
        raise invalid("account_not_found", "there is no such account", [fault])
    outcome = _document(change, grounds, actor) if isinstance(change, TryDocument) else carry_out(grounds.books, change)
    if isinstance(outcome, Refusal):
        faults = [Fault(f"/changes/{place}{fault.pointer}", fault.code, fault.detail) for fault in outcome.faults]
        stated = faults or [Fault(f"/changes/{place}", outcome.code, outcome.detail)]
        raise Refusal(outcome.kind, outcome.code, outcome.detail, stated)
    return outcome


def _document(change: TryDocument, grounds: Grounds, actor: str) -> Tried | Refusal:
    account = grounds.books.accounts[change.account_id]
    question = Question(
        check_id="",
        actor=actor,
        amount=change.amount,
        account_id=change.account_id,
        checkpoint=change.checkpoint,
        facts=change.facts,
    )
    figures = figures_for(question, account, grounds)
    if isinstance(figures, Refusal):
        return figures
    return count_document(grounds.books, change, check(question, grounds.rules[account.product], figures))
