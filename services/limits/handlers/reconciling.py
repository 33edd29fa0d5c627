"""The books compared with themselves, all of them or a tree, as they are at one moment and while work goes on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from services.limits.domain.account import Basis
from services.limits.domain.items import chain
from services.limits.domain.items.item import Item
from services.limits.domain.reconciliation import Compared, Difference
from services.limits.handlers import rolling
from services.limits.store import accounts, items
from services.limits.store.plans import read_by_key, read_much
from services.limits.store.reconcile import documents, ledger, orphans, trees
from services.limits.store.reconcile.statement import compare
from shared.db import Database, Transaction, clock
from shared.errors import not_found

MOST_KEPT: Final = 10_000
"""So many differences are told at most; then the books are wrong throughout, and the rest would not help."""

MOST_ENTRIES: Final = 200_000
"""Trees with an account of more entries than this are left to who asks for all books: to go through takes a while."""

MOST_ITEMS: Final = 50_000
"""Of an account with more document lines than this, their chains are left out: they are followed in memory."""

_ITEMS_AT_ONCE: Final = 2_000
_TREES_AT_ONCE: Final = 500
_TREES_PER_STEP: Final = 100
_ACCOUNTS_AT_ONCE: Final = 1_000


_BY_DEFAULT: Final = (Basis.UNSET, Basis.DEFAULT)


@dataclass(slots=True)
class Report:
    """What was compared, and what differed."""

    compared: Compared = field(default_factory=Compared)
    differences: list[Difference] = field(default_factory=list)

    @property
    def room(self) -> int:
        """How many more differences are kept."""
        return MOST_KEPT - len(self.differences)


async def reconcile_books(
    db: Database, account_id: str | None = None, on_progress: Callable[[Compared], None] | None = None
) -> Report:
    """Compare all books, or those of the tree that an account is in, as they are at one moment; nothing is locked.

    Raises `Refusal` with 404 for an account that does not exist, 503 when the database is away.
    """
    report = Report()
    async with db.transaction() as tx:
        await trees.snapshot(tx)
        if account_id is not None:
            root = await trees.root_of(tx, account_id)
            if root is None:
                raise not_found("account_not_found", "there is no such account")
            await _compare_trees(tx, [root], report)
            return report
        roots = await trees.roots(tx, "", _TREES_AT_ONCE)
        while roots and report.room:
            await _compare_trees(tx, roots, report)
            if on_progress is not None:
                on_progress(report.compared)
            roots = await trees.roots(tx, roots[-1], _TREES_AT_ONCE)
        await read_much(tx)
        for statement in orphans.STATEMENTS:
            if report.room:
                _, found = await compare(tx, statement, report.room)
                report.differences.extend(found)
    return report


@dataclass(slots=True)
class Round:
    """How far a walk through all books has come, a few trees at a time, and how much differed so far."""

    after: str = ""
    differences: int = 0


async def walk_on(db: Database, walk: Round) -> list[Difference] | None:
    """Compare the next few trees and return what differs; None once all of them have been.

    Raises `Refusal` when the database is away.
    """
    report = Report()
    async with db.transaction() as tx:
        await trees.snapshot(tx)
        roots = await trees.roots(tx, walk.after, _TREES_PER_STEP)
        if not roots:
            return None
        too_large = await trees.large(tx, roots, MOST_ENTRIES)
        fitting = [root for root in roots if root not in too_large]
        if fitting:
            await _compare_trees(tx, fitting, report)
    walk.after = roots[-1]
    walk.differences += len(report.differences)
    return report.differences


async def _compare_trees(tx: Transaction, roots: Collection[str], report: Report) -> None:
    await read_by_key(tx)
    for statement in (*ledger.STATEMENTS, *documents.STATEMENTS):
        if report.room:
            compared, found = await compare(tx, statement, report.room, roots)
            report.compared += compared
            report.differences.extend(found)
    await _compare_terms(tx, roots, report)
    await _compare_chains(tx, roots, report)


async def _compare_terms(tx: Transaction, roots: Collection[str], report: Report) -> None:
    """Compare limits and covers with the terms that are in force, but for what is about to change at this moment."""
    now = await clock(tx)
    unsettled = await trees.unsettled_products(tx)
    members = await trees.members(tx, roots, "", _ACCOUNTS_AT_ONCE)
    while members and report.room:
        found = await accounts.find_all(tx, members)
        known = await rolling.agreed(tx, found, now)
        for account in found:
            is_due = account.limit_changes_at is not None and account.limit_changes_at <= now
            if is_due or (account.product in unsettled and account.basis in _BY_DEFAULT):
                continue
            agreed = known[account.account_id].in_force(now)
            stated = (
                ("term_limit", account.limit_minor, agreed.limit_minor),
                ("term_cover", account.cover_minor, agreed.cover_minor),
            )
            report.differences.extend(
                Difference(kind, account.account_id, account.account_id, stood, should, account.currency)
                for kind, stood, should in stated
                if stood != should
            )
        members = await trees.members(tx, roots, members[-1], _ACCOUNTS_AT_ONCE)


async def _compare_chains(tx: Transaction, roots: Collection[str], report: Report) -> None:
    """Compare what is open of each document line with what the lines that follow it leave of it."""
    owners = await trees.with_items(tx, roots, "", _ACCOUNTS_AT_ONCE)
    while owners and report.room:
        for account_id in owners:
            known = await _items(tx, account_id)
            for item_id, should in chain.open_amounts(known).items() if len(known) <= MOST_ITEMS else ():
                stood, currency = known[item_id].open_minor, known[item_id].stated.amount.currency
                if stood != should:
                    report.differences.append(Difference("item_open", account_id, item_id, stood, should, currency))
        owners = await trees.with_items(tx, roots, owners[-1], _ACCOUNTS_AT_ONCE)


async def _items(tx: Transaction, account_id: str) -> dict[str, Item]:
    """Return the document lines of an account, or enough of them to know that they are too many."""
    found: dict[str, Item] = {}
    page = await items.page(tx, account_id, is_open=False, after="", limit=_ITEMS_AT_ONCE)
    while page and len(found) <= MOST_ITEMS:
        found |= {item.item_id: item for item in page}
        page = await items.page(tx, account_id, is_open=False, after=page[-1].item_id, limit=_ITEMS_AT_ONCE)
    return found
