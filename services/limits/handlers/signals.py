"""What accounts tell by themselves whenever their books are saved: thresholds crossed, and commitments beyond a limit.

Told is what is true when a transaction ends: an account that a batch takes over a threshold and back tells nothing.
"""

from collections.abc import Collection
from dataclasses import replace
from time import monotonic
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from services.limits.domain.account import Account
from services.limits.domain.books import Books
from services.limits.domain.signals import Thresholds, crossings, is_quiet, oversold
from services.limits.events import signals as events
from services.limits.metrics import UTILIZATION_CROSSINGS
from services.limits.store import product_terms, signals
from shared.db import Transaction
from shared.outbox import Fact

_FRESH_SECONDS: Final = 5.0
_known: Final[WeakKeyDictionary[Engine, dict[str, tuple[float, Thresholds]]]] = WeakKeyDictionary()
"""The thresholds of products, by database, and when they were read: every batch needs them and they hardly change."""


async def told(tx: Transaction, books: Books, account_ids: Collection[str]) -> list[Fact]:
    """Return the events of what changed accounts have come to tell, and note on the accounts that it was told.

    The bands of accounts that `books` will store whole are left to that.
    """
    thresholds = await _thresholds(tx, {books.accounts[account_id].product for account_id in account_ids})
    lowest = {product: known.lowest_percent for product, known in thresholds.items()}
    facts: list[Fact] = []
    rebanded: list[Account] = []
    for account_id in account_ids:
        account = books.accounts[account_id]
        if is_quiet(account, lowest[account.product]):
            continue
        over = oversold(books.before.get(account_id), account)
        if over is not None:
            facts.append(events.limit_oversold(over, books.now))
        band, crossed = crossings(account, thresholds[account.product])
        if band != account.band:
            books.accounts[account_id] = replace(account, band=band)
            rebanded.append(books.accounts[account_id])
        for crossing in crossed:
            facts.append(events.utilization_crossed(crossing, books.now))
            UTILIZATION_CROSSINGS.labels(str(crossing.threshold_percent), crossing.direction).inc()
    await signals.save_bands(tx, [account for account in rebanded if account.account_id not in books.retermed])
    return facts


async def _thresholds(tx: Transaction, products: Collection[str]) -> dict[str, Thresholds]:
    known = _known.setdefault(tx.sync_engine, {})
    now = monotonic()
    stale = [product for product in products if product not in known or known[product][0] < now - _FRESH_SECONDS]
    if stale:
        said = await product_terms.current(tx, stale)
        for product, terms in said.items():
            known[product] = (now, Thresholds(terms.thresholds, terms.hysteresis_percent))
    return {product: known[product][1] for product in products}
