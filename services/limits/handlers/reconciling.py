"""The books compared with themselves, all of them or a tree, as they are at one moment and while work goes on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from services.limits.domain.reconciliation import Compared, Difference
from services.limits.handlers import rolling
from services.limits.store import accounts, reconcile
from services.limits.store.orphans import OF_TABLES
from services.limits.store.plans import read_by_key, read_much
from services.limits.store.reconcile import OF_TREES
from shared.db import Database, Transaction
from shared.errors import not_found

MOST_KEPT: Final = 10_000
"""So many differences are told at most; then the books are wrong throughout, and the rest would not help."""

MOST_ENTRIES: Final = 1_000_000
"""Trees with an account of more entries than this are left to who asks for all books: to go through takes a while."""

_TREES_AT_ONCE: Final = 500
_TREES_PER_STEP: Final = 100
_ACCOUNTS_AT_ONCE: Final = 1_000


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
        await reconcile.snapshot(tx)
        if account_id is not None:
            root = await reconcile.root_of(tx, account_id)
            if root is None:
                raise not_found("account_not_found", "there is no such account")
            await _compare_trees(tx, [root], report)
            return report
        trees = await reconcile.roots(tx, "", _TREES_AT_ONCE)
        while trees and report.room:
            await _compare_trees(tx, trees, report)
            if on_progress is not None:
                on_progress(report.compared)
            trees = await reconcile.roots(tx, trees[-1], _TREES_AT_ONCE)
        await read_much(tx)
        for statement in OF_TABLES:
            if report.room:
                _, found = await reconcile.compare(tx, statement, report.room)
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
        await reconcile.snapshot(tx)
        trees = await reconcile.roots(tx, walk.after, _TREES_PER_STEP)
        if not trees:
            return None
        too_large = await reconcile.large(tx, trees, MOST_ENTRIES)
        fitting = [root for root in trees if root not in too_large]
        if fitting:
            await _compare_trees(tx, fitting, report)
    walk.after = trees[-1]
    walk.differences += len(report.differences)
    return report.differences


async def _compare_trees(tx: Transaction, trees: Collection[str], report: Report) -> None:
    await read_by_key(tx)
    for statement in OF_TREES:
        if report.room:
            compared, found = await reconcile.compare(tx, statement, report.room, trees)
            report.compared += compared
            report.differences.extend(found)
    await _compare_terms(tx, trees, report)


async def _compare_terms(tx: Transaction, trees: Collection[str], report: Report) -> None:
    """Compare limits and covers with the terms that are in force, but for what is due to change at this moment."""
    now = await accounts.clock(tx)
    members = await reconcile.members(tx, trees, "", _ACCOUNTS_AT_ONCE)
    while members and report.room:
        found = await accounts.find_all(tx, members)
        known = await rolling.agreed(tx, found, now)
        for account in found:
            if account.limit_changes_at is not None and account.limit_changes_at <= now:
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
        members = await reconcile.members(tx, trees, members[-1], _ACCOUNTS_AT_ONCE)
