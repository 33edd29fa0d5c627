"""Documents: what other systems say of them, and what then counts as exposure."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from services.limits.domain.account import EntryKind
from services.limits.domain.books import Books, Posting
from services.limits.domain.items.exposure import Exposure
from services.limits.domain.items.item import Item, Statement
from services.limits.domain.items.register import Outcome, Register, Result, located, within
from services.limits.domain.reservation import Capture
from services.limits.handlers import bookkeeping
from services.limits.handlers.again import again
from services.limits.handlers.bookkeeping import Traced
from services.limits.metrics import EXPOSURE_ITEMS
from services.limits.replies import items as replies
from services.limits.store import accounts, exposure, exposure_rules, items
from services.limits.store.items import AccountName, ItemsChangedError
from shared import idempotency
from shared.db import Database, Transaction, clock
from shared.errors import Refusal, invalid, not_found
from shared.idempotency import Answer, Claim

MAX_LINES: Final = 1000
"""How many lines one request may state."""
MAX_LOADED: Final = 50_000
"""How many lines of documents one transaction may take up, with all that follow and precede those it is about."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was stated, on the account it names, or on the one that `owner` has: then it names none."""

    stated: Statement
    owner: AccountName | None = None


@dataclass(frozen=True, slots=True)
class PutItems:
    """The command to take up lines, in order; those that make no sense by themselves come as their refusal."""

    lines: tuple[Line | Refusal, ...]
    actor: str
    traceparent: str | None


@again
async def put_items(db: Database, claim: Claim, command: PutItems) -> Answer:
    """Take up what is said of many lines, and tell of each what became of it; one that is refused stops no other.

    All that was taken up is entered in one transaction. Raises `Refusal`: 422 when the lines belong to too many others,
    503 when what has to be entered with them has no exchange rate.
    """
    results: list[Outcome] = []
    books: list[Books] = []

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        lines = await _placed(tx, command.lines)
        stated = [line for line in lines if isinstance(line, Statement)]
        register, opened = await open_register(tx, (), stated, command.actor)
        outcomes = [_state(register, line) for line in lines]
        register.settle()
        await save_register(tx, opened, register, command.traceparent)
        results[:], books[:] = outcomes, [opened]
        return [replies.answer(outcomes, register.items, opened.accounts)]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    _tally(results, [posting for opened in books for posting in opened.postings])
    return answer


@again
async def capture_as_item(db: Database, claim: Claim, command: Capture, line: PutItems) -> Answer:
    """Draw on a reservation and state the document that the drawn amount becomes, both or neither.

    The line is on the account of the reservation. Raises `Refusal`: what capturing is refused for, and what the line
    is refused for, a version that is not newer included.
    """
    books: list[Books] = []

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        (given,) = line.lines
        if isinstance(given, Refusal):
            return [within(given, "/item")]
        stated = replace(given.stated, reservation_id=command.reservation_id)
        register, opened = await open_register(tx, (), [stated], line.actor)
        posting = opened.carry_out(command, line.actor)
        if isinstance(posting, Refusal):
            return [posting]
        outcome = register.state(replace(stated, account_id=posting.account.account_id))
        if outcome.result is not Result.APPLIED:
            return [within(outcome.refusal or _OLDER, "/item")]
        register.settle()
        await save_register(tx, opened, register, line.traceparent)
        books[:] = [opened]
        reservation = opened.reservation(command.reservation_id) or posting.reservation
        return [replies.captured_answer(reservation, outcome, register.items, opened.accounts)]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    if books:
        EXPOSURE_ITEMS.labels(Result.APPLIED).inc()
        bookkeeping.count(books[0].postings)
    return answer


_OLDER: Final = located("version_not_newer", "/version", "a version of this line that is as new or newer is known")


async def count_due(db: Database, limit: int) -> int:
    """Enter up to `limit` orders that begin to count today, since they ship within the horizon; return how many.

    Raises the `Refusal` of those that can't be entered now only when there are no others.
    """
    async with db.transaction() as tx:
        wanted = await items.due(tx, (await clock(tx)).date(), limit)
    if not wanted:
        return 0
    try:
        await _count(db, wanted)
        return len(wanted)
    except Refusal:
        if len(wanted) == 1:
            raise
    done = 0
    for item_id in wanted:
        with suppress(Refusal):
            await _count(db, [item_id])
            done += 1
    return done


@again
async def _count(db: Database, item_ids: Sequence[str]) -> None:
    async with db.transaction() as tx:
        register, books = await open_register(tx, item_ids, (), None)
        register.stir(item_ids)
        register.settle()
        await save_register(tx, books, register, None)
    bookkeeping.count(books.postings)


async def list_items(db: Database, account_id: str, *, is_open: bool, after: str, limit: int) -> tuple[list[Item], str]:
    """Return items of an account behind one, and its currency; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        account = await accounts.find(tx, account_id)
        if account is None:
            raise not_found("account_not_found", "there is no such account")
        found = await items.page(tx, account_id, is_open=is_open, after=after, limit=limit)
    return found, account.currency


async def get_exposure(db: Database, account_id: str) -> Exposure:
    """Return what an account is exposed with as it stands; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        books = await bookkeeping.read_books(tx, [account_id])
        account = books.accounts.get(account_id)
        if account is None:
            raise not_found("account_not_found", "there is no such account")
        today = books.now.date()
        return Exposure(
            account=account,
            rules=(await exposure_rules.current(tx, [account.product]))[account.product],
            totals=await exposure.by_category(tx, account_id),
            ageing_minor=await exposure.ageing(tx, account_id, today),
            today=today,
        )


async def open_register(
    tx: Transaction, item_ids: Collection[str], lines: Sequence[Statement], actor: str | None
) -> tuple[Register, Books]:
    """Lock the accounts of documents and lines, and of all they belong to, and return these with books on the accounts.

    Raises `Refusal` with 422 when they belong to too many, and `ItemsChangedError`.
    """
    wanted = set(item_ids) | {line.key.item_id for line in lines}
    wanted |= {line.follows.item_id for line in lines if line.follows is not None}
    known = await near(tx, wanted)
    account_ids, reservation_ids = _named(known, lines)
    currencies = {stated.amount.currency for stated in [*lines, *(item.stated for item in known)]}
    books = await bookkeeping.open_books(tx, account_ids, reservation_ids, currencies=currencies)
    # Once more, under the locks: what was read before may have changed, or have got company, until they were there.
    found = await near(tx, wanted)
    needed_accounts, needed_reservations = _named(found, ())
    if not (needed_accounts <= books.accounts.keys() and needed_reservations <= reservation_ids):
        raise ItemsChangedError
    rules = await exposure_rules.current(tx, {account.product for account in books.accounts.values()})
    return Register(found, rules, books, actor), books


async def save_register(tx: Transaction, books: Books, register: Register, traceparent: str | None) -> None:
    """Store what changed in the books and of the documents."""
    captured = [Traced(posting, traceparent) for posting in books.postings if posting.kind is EntryKind.CAPTURED]
    await bookkeeping.save(tx, books, traces=captured)
    await items.save(tx, [register.items[item_id] for item_id in sorted(register.changed)], books.now)


async def near(tx: Transaction, item_ids: Collection[str]) -> list[Item]:
    """Return documents with all that belong to their chains; raises `Refusal` with 422 when these are too many."""
    found = await items.near(tx, item_ids, MAX_LOADED + 1)
    if len(found) > MAX_LOADED:
        raise invalid("too_many_documents", "these lines belong to too many others; send fewer at a time")
    return found


def _named(known: Sequence[Item], lines: Sequence[Statement]) -> tuple[set[str], set[str]]:
    """Return the accounts and the reservations that items and lines name."""
    stated = [*lines, *(item.stated for item in known)]
    account_ids = {line.account_id for line in stated if line.account_id}
    return account_ids, {line.reservation_id for line in stated if line.reservation_id is not None}


async def _placed(tx: Transaction, lines: Sequence[Line | Refusal]) -> list[Statement | Refusal]:
    """Return lines with the account that each is on, or the refusal of those that have none."""
    names = {line.owner for line in lines if isinstance(line, Line) and line.owner is not None}
    known = await items.account_ids(tx, names) if names else {}
    placed: list[Statement | Refusal] = []
    for line in lines:
        if isinstance(line, Refusal):
            placed.append(line)
        elif line.owner is None:
            placed.append(line.stated)
        else:
            placed.append(replace(line.stated, account_id=known.get(line.owner, "")))
    return placed


def _state(register: Register, line: Statement | Refusal) -> Outcome:
    return Outcome(Result.REFUSED, "", refusal=line) if isinstance(line, Refusal) else register.state(line)


def _tally(outcomes: Sequence[Outcome], postings: Sequence[Posting]) -> None:
    for outcome in outcomes:
        EXPOSURE_ITEMS.labels(outcome.result).inc()
    bookkeeping.count(postings)
