"""What decisions do to limits."""

from collections.abc import Collection, Sequence
from typing import Final

from services.limits.domain.account import Account, Approval, EntryKind
from services.limits.domain.books import Books
from services.limits.domain.granting import followed, granted
from services.limits.domain.ledger import Cause, Why
from services.limits.domain.proposal import Change, ChangeKind, Proposal, may_be_applied
from services.limits.domain.terms import Term, speaking
from services.limits.events import ledger as events
from services.limits.events.accounts import account_changed
from services.limits.handlers import bookkeeping, rolling
from services.limits.handlers.again import again
from services.limits.handlers.rolling import Agreed
from services.limits.metrics import LIMIT_PROPOSALS, LIMITS_GRANTED
from services.limits.store import accounts, entries, proposals, terms
from shared import inbox, outbox
from shared.contracts.decision import Decided
from shared.contracts.envelope import Event
from shared.db import Database, Transaction
from shared.ids import new_id

CONSUMER: Final = "limits"
_TOO_HIGH: Final = "the decision grants more than decisions may set without a second look"

Traceparents = dict[str, str | None]
"""The trace of each decision."""


@again
async def grant_limits(db: Database, batch: Sequence[Event[Decided]]) -> None:
    """Turn approvals into limits: each decision is entered once, and the latest one sets the limit.

    One that grants more than the product lets decisions set becomes a proposal, for somebody to approve.
    """
    async with db.transaction() as tx:
        fresh = await inbox.unseen(tx, CONSUMER, batch)
        approvals: dict[str, Approval] = {}
        traces: Traceparents = {}
        for event in fresh:
            approved = events.approval(event.data)
            if approved is not None:
                approvals.setdefault(approved.decision_id, approved)
                traces.setdefault(approved.decision_id, event.traceparent)
        if not approvals:
            return
        books, entered, proposed = await _grant(tx, list(approvals.values()), traces)
    bookkeeping.count(books.postings)
    for approved in entered:
        LIMITS_GRANTED.labels(approved.product).inc()
    if proposed:
        LIMIT_PROPOSALS.labels("proposed").inc(len(proposed))


async def _grant(
    tx: Transaction, approvals: Collection[Approval], traces: Traceparents
) -> tuple[Books, list[Approval], list[Proposal]]:
    ids = await accounts.open_missing(tx, {_key(approved) for approved in approvals})
    books = await bookkeeping.open_books(tx, set(ids.values()))
    concerned = [books.accounts[account_id] for account_id in sorted(set(ids.values()))]
    holds = await rolling.agreed_for_good(tx, concerned, books.now)
    cycles = await terms.cycles(tx, [account.account_id for account in concerned])
    decisions = [approved.decision_id for approved in approvals]
    # A decision that was published twice, as two events, is still one limit.
    known = await entries.granted(tx, decisions) | await proposals.decided(tx, decisions)
    added: list[Term] = []
    facts: list[outbox.Fact] = []
    entered: list[Approval] = []
    proposed: list[Proposal] = []
    for approved in approvals:
        if approved.decision_id in known:
            continue
        account = books.accounts[ids[_key(approved)]]
        held = holds[account.account_id]
        proposal = _proposal(account, approved, held, books)
        if proposal is not None:
            proposed.append(proposal)
            if account.version == 0:
                # Nobody has looked yet at what holds for this new account without a limit of its own.
                rolling.look_again(books, account.account_id, books.now)
            continue
        every_days = cycles.get(account.account_id, held.product.review_every_days)
        term, made = enter(books, held, approved, every_days, traceparent=traces[approved.decision_id])
        holds[account.account_id] = held.with_terms([*held.terms, term])
        added.append(term)
        facts.extend(made)
        entered.append(approved)
    await terms.add(tx, added)
    await proposals.add(tx, proposed)
    await bookkeeping.save(tx, books, facts)
    return books, entered, proposed


def enter(
    books: Books,
    held: Agreed,
    approved: Approval,
    review_every_days: int | None,
    *,
    traceparent: str | None = None,
    proposal: Proposal | None = None,
) -> tuple[Term, list[outbox.Fact]]:
    """Enter an approval on its account in the books; return the term that it sets, to be stored, and its events.

    `held` is what held for the account before; `proposal` what the approval had become, once that was approved.
    """
    account_id = held.account_id
    before = books.accounts[account_id]
    proposal_id = None if proposal is None else proposal.proposal_id
    term = granted(approved, account_id, new_id("trm"), books.now, proposal_id)
    holds = held.with_terms([*held.terms, term])
    cause = Cause(
        decision_id=approved.decision_id,
        proposal_id=proposal_id,
        actor=None if proposal is None else proposal.resolved_by,
        reason=None if proposal is None else proposal.comment,
    )
    found = holds.in_force(books.now)
    rolling.put_in_force(books, account_id, found, Why.DECISION, cause, EntryKind.LIMIT_GRANTED)
    speaks = speaking(holds.terms, books.now) is term
    account = followed(books.accounts[account_id], approved, speaks=speaks, review_every_days=review_every_days)
    books.accounts[account_id] = account
    facts = [events.limit_granted(account, approved, books.now, traceparent)]
    if account.status is not before.status:
        facts.append(account_changed(account, books.now, traceparent))
    return term, facts


def _proposal(account: Account, approved: Approval, held: Agreed, books: Books) -> Proposal | None:
    """Return the proposal that an approval becomes, None when it sets the limit at once."""
    threshold_minor = held.product.of(account.currency).decisions_need_checker_above_minor
    if threshold_minor is None:
        return None
    term = granted(approved, account.account_id, "", books.now)
    before = held.course(books.now)
    after = held.with_terms([*held.terms, term]).course(books.now)
    if may_be_applied(before, after, threshold_minor) is not None:
        return None
    return Proposal(
        proposal_id=new_id("prp"),
        account_id=account.account_id,
        currency=account.currency,
        change=Change(ChangeKind.BASE, approved.limit.amount_minor),
        reason=_TOO_HIGH,
        proposed_by=None,
        proposed_at=books.now,
        before=before,
        after=after,
        approval=approved,
    )


def _key(approved: Approval) -> accounts.AccountKey:
    return (approved.party_id, approved.product, approved.limit.currency)
