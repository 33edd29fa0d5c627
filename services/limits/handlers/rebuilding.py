"""Rebuilds of exposure: computed beside what stands, account by account, and entered when somebody says so.

Nothing waits for a rebuild. It is computed without locks, in transactions of its own that each keep how far it has
come, so that another process goes on after one that died.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.limits.domain.books import Books
from services.limits.domain.items import chain
from services.limits.domain.items.item import Category, Item
from services.limits.domain.items.rebuild import Difference, Rebuild, RebuildState, differences, totals
from services.limits.domain.items.register import Register
from services.limits.handlers import bookkeeping
from services.limits.handlers.again import again
from services.limits.handlers.items import near, open_register, save_register
from services.limits.metrics import EXPOSURE_REBUILDS
from services.limits.replies import rebuilds as replies
from services.limits.store import accounts, exposure_rules, items, rebuilds
from shared import idempotency
from shared.db import Database, Transaction, clock
from shared.errors import Kind, Refusal, conflict, invalid, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id

MOST_UNDER_WAY: Final = 10
ACCOUNTS_AT_ONCE: Final = 50
_ITEMS_AT_ONCE: Final = 500

_WAITING: Final = {
    RebuildState.RUNNING: conflict("rebuild_running", "this rebuild is still computed"),
    RebuildState.APPLYING: conflict("already_applied", "this rebuild is being applied"),
    RebuildState.APPLIED: conflict("already_applied", "this rebuild has been applied"),
    RebuildState.FAILED: conflict("rebuild_failed", "this rebuild failed; there is nothing to apply"),
}


async def start_rebuild(db: Database, claim: Claim, account_id: str | None, product: str | None, actor: str) -> Answer:
    """Begin a rebuild of an account, of a product, or of everything; a worker computes it.

    Raises `Refusal`: 422 for an unknown account, 409 when too many are under way.
    """

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        if account_id is not None and await accounts.find(tx, account_id) is None:
            return [invalid("account_not_found", "there is no such account")]
        if await rebuilds.count_under_way(tx) >= MOST_UNDER_WAY:
            return [conflict("rebuilds_under_way", "wait until other rebuilds are done")]
        now = await clock(tx)
        rebuild = Rebuild(new_id("reb"), account_id, product, RebuildState.RUNNING, actor, now)
        await rebuilds.add(tx, rebuild)
        return [replies.accepted(rebuild)]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def apply_rebuild(db: Database, rebuild_id: str, actor: str) -> Rebuild:
    """Have what a rebuild found entered; raises `Refusal` with 404, or 409 unless it is finished and waits for that."""
    async with db.transaction() as tx:
        rebuild = await rebuilds.find(tx, rebuild_id, lock=True)
        if rebuild is None:
            raise not_found("rebuild_not_found", "there is no such rebuild")
        if rebuild.state is not RebuildState.FINISHED:
            raise _WAITING[rebuild.state]
        applying = replace(rebuild, state=RebuildState.APPLYING, applied_by=actor, reached="", reached_item="")
        await rebuilds.change(tx, applying)
    return applying


async def get_rebuild(db: Database, rebuild_id: str) -> Rebuild:
    """Return a rebuild; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await rebuilds.find(tx, rebuild_id)
    if found is None:
        raise not_found("rebuild_not_found", "there is no such rebuild")
    return found


async def list_rebuilds(db: Database, before: str, limit: int) -> list[Rebuild]:
    """Return rebuilds that began before one, latest first."""
    async with db.transaction() as tx:
        return await rebuilds.page(tx, before, limit)


async def list_differences(db: Database, rebuild_id: str, after: tuple[str, str], limit: int) -> list[Difference]:
    """Return the differences that a rebuild found, behind one of them; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        if await rebuilds.find(tx, rebuild_id) is None:
            raise not_found("rebuild_not_found", "there is no such rebuild")
        return await rebuilds.differences(tx, rebuild_id, after, limit)


async def advance(db: Database, accounts_at_once: int = ACCOUNTS_AT_ONCE) -> bool:
    """Go on with the oldest rebuild that is under way by some accounts; return False when there is none.

    A rebuild that meets what it can't get over fails, with the reason; what passes is raised, to be tried again.
    """
    try:
        return await _advance(db, accounts_at_once)
    except _FailedError as error:
        async with db.transaction() as tx:
            rebuild = await rebuilds.find(tx, error.rebuild_id, lock=True)
            if rebuild is not None:
                await rebuilds.change(tx, replace(rebuild, state=RebuildState.FAILED, failure=error.failure))
        EXPOSURE_REBUILDS.labels(RebuildState.FAILED).inc()
        return True


class _FailedError(Exception):
    """A rebuild can't go on."""

    def __init__(self, rebuild_id: str, failure: str) -> None:
        super().__init__(failure)
        self.rebuild_id = rebuild_id
        self.failure = failure


@again
async def _advance(db: Database, accounts_at_once: int) -> bool:
    async with db.transaction() as tx:
        rebuild = await rebuilds.take(tx)
        if rebuild is None:
            return False
        is_applying = rebuild.state is RebuildState.APPLYING
        try:
            after = await (_apply(tx, rebuild) if is_applying else _compute(tx, rebuild, accounts_at_once))
        except Refusal as refusal:
            if refusal.kind is Kind.UNAVAILABLE and refusal.code != "no_rate":
                raise
            raise _FailedError(rebuild.rebuild_id, refusal.code) from refusal
        await rebuilds.change(tx, after)
    if after.state is not rebuild.state:
        EXPOSURE_REBUILDS.labels(after.state).inc()
    return True


async def _compute(tx: Transaction, rebuild: Rebuild, accounts_at_once: int) -> Rebuild:
    """Look at the next accounts, until there were as many documents as one transaction should have."""
    wanted = await rebuilds.accounts_to_compute(tx, rebuild, accounts_at_once)
    if not wanted:
        return replace(rebuild, state=RebuildState.FINISHED, finished_at=await clock(tx))
    books = await bookkeeping.read_books(tx, wanted, await items.currencies(tx, wanted))
    for account_id in wanted:
        seen = await _look_at(tx, books, account_id, rebuild.rebuild_id)
        rebuild = replace(rebuild, reached=account_id, accounts=rebuild.accounts + 1, items=rebuild.items + seen)
        if seen >= _ITEMS_AT_ONCE:
            break
    return rebuild


async def _look_at(tx: Transaction, books: Books, account_id: str, rebuild_id: str) -> int:
    """Store where the documents of an account come to something else than what stands; return how many there are."""
    account = books.accounts[account_id]
    rules = await exposure_rules.current(tx, [account.product])
    stood: Counter[Category] = Counter()
    should: Counter[Category] = Counter()
    number, after = 0, ""
    while wanted := await items.ids(tx, account_id, after, _ITEMS_AT_ONCE):
        found = _beginning_in(wanted, await near(tx, wanted), account_id)
        register = Register(found, rules, books, None)
        register.revalue(list(register.items))
        register.settle(revaluation=rebuild_id)
        stood.update(totals(found))
        should.update(totals(register.items.values()))
        number, after = number + len(found), wanted[-1]
    await rebuilds.add_differences(tx, rebuild_id, differences(account_id, account.currency, stood, should))
    return number


async def _apply(tx: Transaction, rebuild: Rebuild) -> Rebuild:
    """Enter what differs of the next documents, as it is by now, under the lock of their account."""
    account_id = rebuild.reached if rebuild.reached_item else await rebuilds.account_to_apply(tx, rebuild)
    if account_id is None:
        return replace(rebuild, state=RebuildState.APPLIED, applied_at=await clock(tx))
    wanted = await items.ids(tx, account_id, rebuild.reached_item, _ITEMS_AT_ONCE)
    register, books = await open_register(tx, wanted, (), rebuild.applied_by)
    found = _beginning_in(wanted, list(register.items.values()), account_id)
    names = [item.item_id for item in found]
    register.revalue(names)
    register.settle(revaluation=rebuild.rebuild_id)
    await save_register(tx, books, register, None)
    entered = totals(register.items[name] for name in names)
    entered.subtract(totals(found))
    await rebuilds.add_entered(tx, rebuild.rebuild_id, account_id, entered)
    is_last = len(wanted) < _ITEMS_AT_ONCE
    return replace(rebuild, reached=account_id, reached_item="" if is_last else wanted[-1])


def _beginning_in(wanted: Sequence[str], near_them: Sequence[Item], account_id: str) -> list[Item]:
    """Return the items of those chains on an account of which the first is wanted: each chain is in one portion."""
    known = {item.item_id: item for item in near_them if item.stated.account_id == account_id}
    first = known.keys() & set(wanted)
    return [known[name] for names in chain.chains(known, first) if names[0] in first for name in names]
