"""Moves in the tree: an account goes below another, or to the root, with all below it and all that is committed."""

from dataclasses import replace
from typing import Final

from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause
from services.limits.domain.reservation import Reservation, State
from services.limits.domain.tree import move
from services.limits.events.accounts import account_changed
from services.limits.handlers import bookkeeping
from services.limits.handlers.accounts import Standing, standing_of
from services.limits.handlers.again import again
from services.limits.store import reservations, tree
from services.limits.store.accounts import TreeChangedError
from shared.db import Database, Transaction
from shared.errors import Refusal, conflict, not_found
from shared.tracing import current_traceparent

MAX_MOVED: Final = 1_000
"""How many accounts may move at once."""
MAX_RESERVATIONS: Final = 10_000
"""How many open reservations may move at once."""


@again
async def move_account(db: Database, account_id: str, parent_id: str | None, actor: str, reason: str) -> Standing:
    """Put an account below `parent_id`, or at the root when None; all in one transaction.

    What is committed on it and below it comes off the accounts it stood below and is entered on those it then stands
    below, whether or not there is room. Raises `Refusal`: 404; 422 for an unknown parent; 409 for a cycle, a path
    that is too long, kinds that don't nest, too much to move at once, or a missing exchange rate.
    """
    async with db.transaction() as tx:
        moved_ids = await _below(tx, account_id)
        wanted = [*moved_ids, *([] if parent_id is None else [parent_id])]
        # Two trees that are each in one currency may not be in the same.
        books = await bookkeeping.open_books(tx, wanted, currencies=await tree.currencies(tx, wanted))
        # With the locks held nobody can open an account below one of these any more, or move it away.
        if await _below(tx, account_id) != moved_ids:
            raise TreeChangedError
        held = await _open_reservations(tx, books, account_id, moved_ids)
        made = move(books, account_id, parent_id, moved_ids, held, Cause(actor=actor, reason=reason))
        if isinstance(made, Refusal):
            raise made
        traceparent = current_traceparent()
        facts = [
            account_changed(replace(books.accounts[moved_id], path=path), books.now, traceparent)
            for moved_id, path in made.paths.items()
        ]
        await bookkeeping.save(tx, books, facts)
        await tree.repath(tx, made.paths, made.reservations)
        return await standing_of(tx, account_id)


async def _below(tx: Transaction, account_id: str) -> list[str]:
    found = await tree.below(tx, account_id, MAX_MOVED + 1)
    if not found:
        raise not_found("account_not_found", "there is no such account")
    if len(found) > MAX_MOVED:
        raise conflict("tree_too_large", f"no more than {MAX_MOVED} accounts can move at once")
    return sorted(found)


async def _open_reservations(tx: Transaction, books: Books, account_id: str, moved_ids: list[str]) -> list[Reservation]:
    """Return all reservations that are open on what moves; those that have run out are expired in the books."""
    root_id = books.accounts[account_id].path[0]
    found = await tree.open_reservations(tx, root_id, moved_ids, MAX_RESERVATIONS + 1)
    if len(found) > MAX_RESERVATIONS:
        raise conflict("too_many_reservations", f"no more than {MAX_RESERVATIONS} open reservations can move at once")
    named = await reservations.named(tx, found) if found else []
    return [entry for entry in named if entry.as_of(books.now).state is State.RESERVED]
