"""What decisions do to limits."""

from collections.abc import Collection, Sequence
from typing import Final

from services.limits.domain.account import Approval, Entry
from services.limits.domain.granting import grant
from services.limits.events import ledger as events
from services.limits.metrics import LIMITS_GRANTED
from services.limits.store import accounts, entries
from shared import inbox, outbox
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.db import Database, Transaction

CONSUMER: Final = "limits"


async def grant_limits(db: Database, batch: Sequence[Event[Decided]]) -> None:
    """Turn approvals into limits: each decision is entered once, and the latest one sets the limit."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        approvals: dict[str, tuple[Approval, str | None]] = {}
        for event in fresh:
            approved = events.approval(event.data)
            if approved is not None:
                approvals.setdefault(approved.decision_id, (approved, event.traceparent))
        granted = await _grant(tx, list(approvals.values())) if approvals else []
    for approved in granted:
        LIMITS_GRANTED.labels(approved.product).inc()


async def _grant(tx: Transaction, approvals: Collection[tuple[Approval, str | None]]) -> list[Approval]:
    ids = await accounts.open_missing(tx, {_key(approved) for approved, _ in approvals})
    books = {account.account_id: account for account in await accounts.lock(tx, ids.values())}
    now = await accounts.clock(tx)
    # A decision that was published twice, as two events, is still one limit.
    known = await entries.granted(tx, [approved.decision_id for approved, _ in approvals])
    added: list[Entry] = []
    facts: list[outbox.Fact] = []
    granted: list[Approval] = []
    for approved, traceparent in approvals:
        if approved.decision_id in known:
            continue
        account, entry = grant(books[ids[_key(approved)]], approved, now)
        books[account.account_id] = account
        added.append(entry)
        granted.append(approved)
        facts.append(events.limit_granted(account, approved, now, traceparent))
    touched = {entry.account_id for entry in added}
    await entries.add(tx, added)
    await accounts.save_terms(tx, [books[account_id] for account_id in sorted(touched)])
    await outbox.put(tx, facts)
    return granted


def _key(approved: Approval) -> accounts.AccountKey:
    return (approved.party_id, approved.product, approved.limit.currency)
