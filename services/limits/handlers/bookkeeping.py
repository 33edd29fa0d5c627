"""The one way in which balances change: lock, load, ask for the time, decide on the books, save: one transaction.

Whoever changes anything on an account opens books on it here, and saves them here.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from services.limits.domain.account import Account
from services.limits.domain.books import Books, Posting
from services.limits.domain.rates import Rates
from services.limits.domain.reservation import Reservation
from services.limits.domain.tree import mixed_currencies
from services.limits.events import ledger as events
from services.limits.events import terms as term_events
from services.limits.handlers import rolling, signals
from services.limits.metrics import RESERVATIONS
from services.limits.store import accounts, entries, rates, reservations
from shared import outbox
from shared.db import Transaction, clock


async def open_books(
    tx: Transaction,
    account_ids: Collection[str],
    reservation_ids: Collection[str] = (),
    *,
    currencies: Collection[str] = (),
    is_sweep: bool = False,
) -> Books:
    """Lock accounts, and those of reservations, with all above them, and return books on them.

    What has run out on them is expired in the books, and the limits of now are in force. With `is_sweep`, accounts that
    others hold are left to them. `currencies` are those of amounts that are in others than their accounts.
    """
    wanted = set(account_ids)
    if reservation_ids:
        wanted |= await reservations.account_ids(tx, reservation_ids)
    locked = await accounts.lock(tx, wanted, skip_locked=is_sweep)
    now, due = await reservations.due(tx, locked)
    named = await reservations.named(tx, reservation_ids) if reservation_ids else []
    books = Books(locked, [*named, *due], now, await _rates(tx, locked, currencies, now))
    await rolling.roll(tx, books)
    return books


async def read_books(tx: Transaction, account_ids: Collection[str], currencies: Collection[str] = ()) -> Books:
    """Return books on accounts and all above them as they stand, without locking anything: to ask, not to save."""
    own = await accounts.find_all(tx, account_ids)
    above = {account_id for account in own for account_id in account.path} - {account.account_id for account in own}
    levels = await accounts.find_all(tx, above) if above else []
    now = await clock(tx)
    known = await rolling.as_of(tx, [*own, *levels], now)
    return Books(known, [], now, await _rates(tx, known, currencies, now))


async def _rates(tx: Transaction, levels: Sequence[Account], currencies: Collection[str], now: datetime) -> Rates:
    """Return the rates of today that amounts on these accounts may need: none where each tree has one currency."""
    wanted = set(currencies) | {account.currency for account in levels} if currencies else mixed_currencies(levels)
    return await rates.current(tx, wanted, now.date()) if len(wanted) > 1 else Rates()


class Traced(NamedTuple):
    """A posting and the trace of the request it came from."""

    posting: Posting
    traceparent: str | None


async def save(tx: Transaction, books: Books, facts: Sequence[outbox.Fact] = (), traces: Sequence[Traced] = ()) -> None:
    """Store what changed in the books, and put out the events: of limits, of reservations, `facts`, then signals."""
    new: dict[str, Reservation] = {}
    changed: dict[str, Reservation] = {}
    for posting in books.postings:
        entry = posting.reservation
        if posting.is_new or entry.reservation_id in new:
            new[entry.reservation_id] = entry
        elif posting.entries:
            changed[entry.reservation_id] = entry
    changed |= {entry.reservation_id: entry for entry in books.itemised()}
    await reservations.add(tx, list(new.values()))
    await reservations.change(tx, list(changed.values()))
    await entries.add(tx, books.entries)
    touched = sorted({entry.account_id for entry in books.entries} | books.retermed)
    told = await signals.told(tx, books, touched)
    moved = [books.accounts[account_id] for account_id in touched]
    await accounts.save_balances(tx, [account for account in moved if account.account_id not in books.retermed])
    await accounts.save_terms(tx, [account for account in moved if account.account_id in books.retermed])
    trace_of = {id(traced.posting): traced.traceparent for traced in traces}
    made = [events.reservation_changed(posting, trace_of.get(id(posting))) for posting in books.postings]
    limits = [term_events.limit_changed(change) for change in books.limit_changes]
    await outbox.put(tx, [*limits, *made, *facts, *told])


def count(postings: Sequence[Posting]) -> None:
    """Count what became of reservations; to be called once it is committed."""
    results = Counter(posting.kind.value if posting.entries else "declined" for posting in postings)
    for result, number in results.items():
        RESERVATIONS.labels(result).inc(number)
