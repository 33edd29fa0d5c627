"""The use cases of limits. Each opens one transaction; nothing remote happens inside it.

Whatever changes balances locks the accounts first, in the order of their ids, and loads afterwards.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.limits import events, replies
from services.limits.domain.account import Account, Approval, Entry, grant
from services.limits.domain.books import Books, Command
from services.limits.domain.check import CheckLimit, LimitCheck, check_limit
from services.limits.domain.reservation import Posting, Reservation, Reserve
from services.limits.metrics import LIMITS_GRANTED, RESERVATIONS
from services.limits.store import accounts, entries, reservations
from shared import idempotency, inbox, outbox
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.db import Database, Transaction
from shared.errors import Refusal, not_found
from shared.idempotency import Answer, Claim

CONSUMER: Final = "limits"


@dataclass(frozen=True, slots=True)
class Request:
    """One request to reserve, capture or release: the command, its idempotency claim and its trace."""

    command: Command
    claim: Claim
    traceparent: str | None


async def carry_out(db: Database, batch: Sequence[Request]) -> list[Answer | Refusal]:
    """Reserve, capture and release: commands on one account see each other in order, exactly, across processes."""
    postings: list[Posting] = []

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:
        postings.clear()
        return await _act(tx, [batch[place] for place in places], postings)

    results = await idempotency.once(db, [entry.claim for entry in batch], act)
    _count(postings)
    return results


async def _act(tx: Transaction, batch: Sequence[Request], postings: list[Posting]) -> list[Answer | Refusal]:
    books = await _open_books(tx, [entry.command for entry in batch])
    facts = [events.reservation_changed(posting, None) for posting in books.postings]
    results: list[Answer | Refusal] = []
    for entry in batch:
        outcome = books.carry_out(entry.command)
        if isinstance(outcome, Refusal):
            results.append(outcome)
        else:
            results.append(replies.answer(outcome))
            facts.append(events.reservation_changed(outcome, entry.traceparent))
    await _save(tx, books)
    await outbox.put(tx, facts)
    postings.extend(books.postings)
    return results


async def _open_books(tx: Transaction, commands: Sequence[Command]) -> Books:
    named = {command.reservation_id for command in commands if not isinstance(command, Reserve)}
    wanted = {command.account_id for command in commands if isinstance(command, Reserve)}
    if named:
        wanted |= await reservations.account_ids(tx, named)
    locked = await accounts.lock(tx, wanted)
    now = await accounts.clock(tx)
    found = await reservations.named(tx, named) if named else []
    due = await reservations.due(tx, [account.account_id for account in locked], now)
    return Books(locked, [*found, *due], now)


async def _save(tx: Transaction, books: Books) -> None:
    changed = [posting for posting in books.postings if posting.entry is not None]
    touched = {posting.account.account_id for posting in changed}
    await reservations.add(tx, [posting.reservation for posting in books.postings if posting.is_new])
    await reservations.resolve(tx, [posting.reservation for posting in books.postings if not posting.is_new])
    await entries.add(tx, [posting.entry for posting in changed if posting.entry is not None])
    await accounts.save_balances(tx, [books.accounts[account_id] for account_id in sorted(touched)])


async def expire_due(db: Database, limit: int) -> int:
    """Record up to `limit` reservations that have run out as expired; return how many.

    Accounts that another transaction holds are left to it: whoever reserves on an account expires what is due there.
    """
    async with db.transaction() as tx:
        wanted = await reservations.accounts_due(tx, limit)
        locked = await accounts.lock(tx, wanted, skip_locked=True) if wanted else []
        if not locked:
            return 0
        now = await accounts.clock(tx)
        due = await reservations.due(tx, [account.account_id for account in locked], now, limit)
        books = Books(locked, due, now)
        await _save(tx, books)
        await outbox.put(tx, [events.reservation_changed(posting, None) for posting in books.postings])
    _count(books.postings)
    return len(books.postings)


def _count(postings: Sequence[Posting]) -> None:
    for state, count in Counter(posting.reservation.state for posting in postings).items():
        RESERVATIONS.labels(state.value).inc(count)


async def check_limits(db: Database, batch: Sequence[CheckLimit]) -> list[LimitCheck | Refusal]:
    """Tell whether amounts would fit, by the rule that reserving goes by; nothing is reserved."""
    async with db.transaction() as tx:
        known = await accounts.of_parties(tx, {question.party_id for question in batch})
    by_party: dict[str, list[Account]] = {}
    for account in known:
        by_party.setdefault(account.party_id, []).append(account)
    return [check_limit(question, by_party.get(question.party_id, [])) for question in batch]


async def get_account(db: Database, account_id: str) -> Account:
    """Return an account; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await accounts.find(tx, account_id)
    if found is None:
        raise not_found("account_not_found", "there is no such account")
    return found


async def list_accounts(db: Database, party_id: str) -> list[Account]:
    """Return the accounts of a party."""
    async with db.transaction() as tx:
        return await accounts.of_parties(tx, [party_id])


async def get_reservation(db: Database, reservation_id: str) -> Reservation:
    """Return a reservation; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await reservations.find(tx, reservation_id)
    if found is None:
        raise not_found("reservation_not_found", "there is no such reservation")
    return found


async def grant_limits(db: Database, batch: Sequence[Event[Decided]]) -> None:
    """Turn approvals into limits: each decision is entered once, and the latest one sets the limit."""
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        approvals: dict[str, tuple[Approval, str | None]] = {}
        for event in fresh:
            approved = events.approval(event.data)
            if approved is not None:
                approvals.setdefault(approved.decision_id, (approved, event.traceparent))
        granted = await _grant(tx, list(approvals.values())) if approvals else []
    for approved in granted:
        LIMITS_GRANTED.labels(approved.product).inc()


async def _grant(tx: Transaction, approvals: Collection[tuple[Approval, str | None]]) -> list[Approval]:
    ids = await accounts.open_missing(tx, {_key(approved) for approved, _ in approvals})
    books = {account.account_id: account for account in await accounts.lock(tx, ids.values())}
    now = await accounts.clock(tx)
    # A decision that was published twice, as two events, is still one limit.
    known = await entries.granted(tx, [approved.decision_id for approved, _ in approvals])
    added: list[Entry] = []
    facts: list[outbox.Fact] = []
    granted: list[Approval] = []
    for approved, traceparent in approvals:
        if approved.decision_id in known:
            continue
        account, entry = grant(books[ids[_key(approved)]], approved, now)
        books[account.account_id] = account
        added.append(entry)
        granted.append(approved)
        facts.append(events.limit_granted(account, approved, now, traceparent))
    touched = {entry.account_id for entry in added}
    await entries.add(tx, added)
    await accounts.save_limits(tx, [books[account_id] for account_id in sorted(touched)])
    await outbox.put(tx, facts)
    return granted


def _key(approved: Approval) -> accounts.AccountKey:
    return (approved.party_id, approved.product, approved.limit.currency)
