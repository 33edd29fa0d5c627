"""Reserve, capture, adjust, release and expire: what moves balances under requests and by the passing of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.limits.domain.books import Command, Posting
from services.limits.domain.reservation import Reservation, Reserve
from services.limits.handlers import bookkeeping
from services.limits.handlers.again import again
from services.limits.handlers.bookkeeping import Traced
from services.limits.replies import reservations as replies
from services.limits.store import reservations
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Refusal, not_found
from shared.idempotency import Answer, Claim


@dataclass(frozen=True, slots=True)
class Request:
    """One request about reservations: its commands in order, its idempotency claim and its trace.

    `is_bulk` tells a request of one command from one that asked for many: it is answered with a list.
    """

    commands: tuple[Command, ...]
    claim: Claim
    traceparent: str | None
    is_bulk: bool = False


@again
async def carry_out(db: Database, batch: Sequence[Request]) -> list[Answer | Refusal]:
    """Reserve, capture, adjust and release: commands on one account see each other in order, exactly, across processes.

    A command that is refused leaves no trace and costs its neighbours nothing. A bulk request is answered with the
    result of each of its commands.
    """
    postings: list[Posting] = []

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        postings.clear()
        return await _act(tx, [batch[place] for place in places], postings)

    results = await idempotency.once(db, [entry.claim for entry in batch], act)
    bookkeeping.count(postings)
    return results


async def _act(tx: Transaction, batch: Sequence[Request], postings: list[Posting]) -> list[Answer | Refusal]:
    commands = [command for request in batch for command in request.commands]
    books = await bookkeeping.open_books(
        tx,
        {command.account_id for command in commands if isinstance(command, Reserve)},
        {command.reservation_id for command in commands if not isinstance(command, Reserve)},
    )
    traces: list[Traced] = []
    results: list[Answer | Refusal] = []
    for request in batch:
        outcomes = [books.carry_out(command, request.claim.client) for command in request.commands]
        traces += [Traced(outcome, request.traceparent) for outcome in outcomes if isinstance(outcome, Posting)]
        results.append(replies.bulk_answer(outcomes) if request.is_bulk else replies.answer(outcomes[0]))
    await bookkeeping.save(tx, books, traces=traces)
    postings.extend(books.postings)
    return results


async def try_out(db: Database, batch: Sequence[Reserve]) -> list[Answer | Refusal]:
    """Decide on reservations by the same code as any other, and leave nothing behind."""
    async with db.transaction() as tx:
        books = await bookkeeping.read_books(tx, {command.account_id for command in batch})
    return [replies.answer(books.carry_out(replace(command, dry_run=True))) for command in batch]


async def expire_due(db: Database, limit: int) -> int:
    """Record up to about `limit` reservations that have run out as expired; return how many.

    Accounts that another transaction holds are left to it: whoever works on an account expires what is due there.
    """
    async with db.transaction() as tx:
        wanted = await reservations.accounts_due(tx, limit)
        if not wanted:
            return 0
        books = await bookkeeping.open_books(tx, wanted, is_sweep=True)
        await bookkeeping.save(tx, books)
    bookkeeping.count(books.postings)
    return len(books.postings)


async def get_reservation(db: Database, reservation_id: str) -> Reservation:
    """Return a reservation; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await reservations.find(tx, reservation_id)
    if found is None:
        raise not_found("reservation_not_found", "there is no such reservation")
    return found
