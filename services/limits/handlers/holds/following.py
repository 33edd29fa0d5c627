"""What credit checks read of holds before they decide, and what they do to them afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from services.limits.domain.account import Account
from services.limits.domain.checks.result import CheckRecord
from services.limits.domain.document import Document
from services.limits.domain.holds import EventKind, Hold, HoldEvent, Owner, Release
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
    facts: list[Fact] = []
    waiting = [(record.document, record) for record in records if record.document is not None]
    while waiting:
        once: dict[Document, CheckRecord] = {}
        later: list[tuple[Document, CheckRecord]] = []
        for document, record in waiting:
            if document in once:
                later.append((document, record))
            else:
                once[document] = record
        happened, missed = await _follow_once(tx, once, now)
        published = [events.published(hold, event) for hold, event in happened]
        facts.extend(fact for fact in published if fact is not None)
        waiting = [*missed, *later]
    return facts


Happened = list[tuple[Hold, HoldEvent]]
Missed = list[tuple[Document, CheckRecord]]


async def _follow_once(
    tx: Transaction, records: Mapping[Document, CheckRecord], now: datetime
) -> tuple[Happened, Missed]:
    """Return what happened, and those blocked documents whose live hold was closed by a rival just then."""
    owners = await _owners(tx, {record.account_id for record in records.values() if is_blocked(record)})
    new = {
        document: opened(new_id("hld"), owners[record.account_id], record, now)
        for document, record in records.items()
        if is_blocked(record)
    }
    # Before anything is locked: whoever waits here, for a rival that opens the same hold, holds up nobody.
    stored = await store.open_missing(tx, [hold for hold, _ in new.values()])
    live = await store.lock_live(tx, records)
    changed: list[Hold] = []
    happened = [change for change in new.values() if change[0].hold_id in stored]
    for document, hold in live.items():
        if hold.hold_id in stored:
            continue
        record = records[document]
        after, event = followed(hold, owners.get(record.account_id, hold.owner), record, now)
        if after != hold:
            changed.append(after)
        if event is not None:
            happened.append((after, event))
    await store.save(tx, changed)
    await store.add_events(tx, [event for _, event in happened])
    return happened, [(document, records[document]) for document in new if document not in live]


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
