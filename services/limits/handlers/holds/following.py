"""What credit checks read of holds before they decide, and what they do to them afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from services.limits.domain.account import Account
from services.limits.domain.checks.result import CheckRecord
from services.limits.domain.document import Document
from services.limits.domain.holds import Change, EventKind, Owner, Release
from services.limits.domain.holds.following import followed, is_blocked, opened
from services.limits.events import holds as events
from services.limits.metrics import CREDIT_HOLDS
from services.limits.store import accounts
from services.limits.store import holds as store
from shared.contracts import limits as contract
from shared.db import Transaction
from shared.ids import new_id
from shared.outbox import Fact


async def releases(tx: Transaction, documents: Collection[Document], now: datetime) -> dict[Document, Release]:
    """Return the releases of documents that stand at `now`; to be read before a check decides. Locks nothing.

    A release covers what `Release.covers` says; a copy of a document is another document, and inherits none.
    """
    return await store.releases(tx, documents, now)


async def open_ids(tx: Transaction, records: Sequence[CheckRecord]) -> dict[Document, str]:
    """Return the holds that the documents of blocked records wait in; to be read after `follow`."""
    blocked = {record.document for record in records if record.document is not None and is_blocked(record)}
    return await store.open_ids(tx, blocked)


async def follow(tx: Transaction, records: Sequence[CheckRecord], now: datetime) -> list[Fact]:
    """Open, refresh, reopen or pass the one live hold of each document that was checked, in the order of the records.

    Returns the events to put out in the same transaction; `count` counts them once it is committed. Records without a
    document are left out.
    """
    by_document: dict[Document, list[CheckRecord]] = {}
    for record in records:
        if record.document is not None:
            by_document.setdefault(record.document, []).append(record)
    if not by_document:
        return []
    held = await store.held(tx, by_document)
    blocked = [record for record in records if record.document is not None and is_blocked(record)]
    owners = await _owners(tx, {record.account_id for record in blocked})
    facts: list[Fact] = []
    # In the order of documents, which every batch keeps: whoever waits for one holds earlier ones only.
    for document in sorted({*held, *(record.document for record in blocked if record.document is not None)}):
        for record in by_document[document]:
            happened = await _follow(tx, document, record, owners, now)
            published = None if happened is None else events.published(*happened)
            if published is not None:
                facts.append(published)
    return facts


async def _follow(
    tx: Transaction, document: Document, record: CheckRecord, owners: Mapping[str, Owner], now: datetime
) -> Change | None:
    while True:
        hold = await store.lock_live(tx, document)
        if hold is not None:
            after, event = followed(hold, owners.get(record.account_id, hold.owner), record, now)
            if after != hold:
                await store.save(tx, after)
            break
        if not is_blocked(record):
            return None
        after, event = opened(new_id("hld"), owners[record.account_id], record, now)
        if await store.add(tx, after):
            break
        # A rival has opened the hold of this document meanwhile, and it is there now, unless it is closed already.
    if event is None:
        return None
    await store.add_event(tx, event)
    return after, event


async def _owners(tx: Transaction, account_ids: Collection[str]) -> dict[str, Owner]:
    found = await accounts.find_all(tx, account_ids) if account_ids else []
    return {account.account_id: _owner(account) for account in found}


def _owner(account: Account) -> Owner:
    return Owner(account.account_id, account.party_id, account.product, account.segment)


def count(facts: Iterable[Fact]) -> None:
    """Count what became of holds; to be called once it is committed."""
    for fact in facts:
        if isinstance(fact.data, contract.CreditHoldOpened):
            CREDIT_HOLDS.labels(EventKind.OPENED).inc()
        elif isinstance(fact.data, contract.CreditHoldReleased):
            CREDIT_HOLDS.labels(EventKind.RELEASED).inc()
        elif isinstance(fact.data, contract.CreditHoldClosed):
            CREDIT_HOLDS.labels(fact.data.outcome).inc()
