"""Proposals to change limits: made, applied at once where nobody else needs to look, approved, rejected, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from services.limits.domain.account import EntryKind
from services.limits.domain.books import Books
from services.limits.domain.ledger import Cause, Why
from services.limits.domain.proposal import (
    LIMIT_CHANGED,
    OUT_OF_DATE,
    Change,
    ChangeKind,
    Effect,
    Ground,
    Proposal,
    State,
    begins_in_the_past,
    cannot_be_checked,
    cannot_be_withdrawn,
    effect,
    is_as_proposed,
    is_out_of_date,
    may_be_applied,
    postpones,
)
from services.limits.domain.terms import Term, TermKind
from services.limits.handlers import bookkeeping, granting, rolling
from services.limits.handlers.again import again
from services.limits.handlers.rolling import Agreed
from services.limits.metrics import LIMIT_PROPOSALS, LIMITS_GRANTED
from services.limits.replies import terms as replies
from services.limits.store import proposals, terms
from shared import idempotency, outbox
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, invalid, not_found
from shared.idempotency import Answer, Claim
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants changed on an account, and why; `currencies` are those it is stated in, by JSON pointer."""

    account_id: str
    change: Change
    reason: str
    actor: str
    currencies: Mapping[str, str] = field(default_factory=dict)


@again
async def propose(db: Database, wish: Wish, claim: Claim) -> Answer | Refusal:
    """Propose a change; what leads to no more than before, or to no more than the threshold, is applied at once.

    Raises `Refusal`: 404 for an account or a term that isn't there, 409 and 422 for a change that makes no sense on it.
    """
    made: list[Proposal] = []

    async def act(tx: Transaction, _places: object) -> list[Answer | Refusal]:
        proposal = await _propose(tx, wish)
        made[:] = [proposal]
        return [Answer(201, replies.proposal_reply(proposal).model_dump_json().encode(), _location(proposal))]

    (answer,) = await idempotency.once(db, [claim], act)
    for proposal in made:
        LIMIT_PROPOSALS.labels(proposal.state).inc()
    return answer


async def _propose(tx: Transaction, wish: Wish) -> Proposal:
    books, held = await _open(tx, wish.account_id)
    account = books.accounts[wish.account_id]
    refused = _wrong_currency(wish, account.currency) or begins_in_the_past(wish.change, books.now)
    if refused is not None:
        raise refused
    proposal = Proposal(
        proposal_id=new_id("prp"),
        account_id=account.account_id,
        currency=account.currency,
        change=await _with_review(tx, books, held, wish.change),
        reason=wish.reason,
        proposed_by=wish.actor,
        proposed_at=books.now,
        before=held.course(books.now),
        after=(),
    )
    done = _effect(proposal, held, books, wish.actor, wish.reason)
    if isinstance(done, Refusal):
        raise done
    proposal = replace(proposal, after=held.with_terms(done.on(held.terms)).course(books.now))
    ground = await _ground(tx, books, held, proposal)
    if ground is None:
        await proposals.add(tx, [proposal])
        await bookkeeping.save(tx, books)
        return proposal
    proposal = proposal.resolved(State.APPROVED, books.now, ground=ground)
    await proposals.add(tx, [proposal])
    await _apply(tx, books, held, proposal, done)
    await bookkeeping.save(tx, books)
    return proposal


@again
async def approve(db: Database, proposal_id: str, actor: str, comment: str | None) -> Proposal:
    """Apply a proposal of somebody else, as long as what is in force is what it was made against.

    Raises `Refusal`: 403 `same_person`, 404, 409 `already_...` when it is over, `limit_changed_meanwhile` and
    `out_of_date`, by which it lapses.
    """
    async with db.transaction() as tx:
        proposal, books, held = await _find(tx, proposal_id)
        refused = cannot_be_checked(proposal, actor)
        if refused is not None:
            raise refused
        lapse = _lapse(proposal, held, books)
        if lapse is None:
            proposal = proposal.resolved(State.APPROVED, books.now, actor, Ground.CHECKED, comment)
            facts = await _carry_out(tx, books, held, proposal)
        else:
            ground, refused = lapse
            proposal, facts = proposal.resolved(State.LAPSED, books.now, ground=ground), []
        await proposals.resolve(tx, proposal)
        await bookkeeping.save(tx, books, facts)
    LIMIT_PROPOSALS.labels(proposal.state).inc()
    if refused is not None:
        raise refused
    if proposal.approval is not None:
        LIMITS_GRANTED.labels(proposal.approval.product).inc()
    return proposal


@again
async def reject(db: Database, proposal_id: str, actor: str, comment: str) -> Proposal:
    """Refuse a proposal of somebody else; raises `Refusal` with 403, 404 or 409."""
    async with db.transaction() as tx:
        proposal, books, _ = await _find(tx, proposal_id)
        refused = cannot_be_checked(proposal, actor)
        if refused is not None:
            raise refused
        proposal = proposal.resolved(State.REJECTED, books.now, actor, comment=comment)
        await proposals.resolve(tx, proposal)
        await bookkeeping.save(tx, books)
    LIMIT_PROPOSALS.labels(proposal.state).inc()
    return proposal


@again
async def withdraw(db: Database, proposal_id: str, actor: str, comment: str | None) -> Proposal:
    """Take back a proposal of one's own; raises `Refusal` with 403, 404 or 409."""
    async with db.transaction() as tx:
        proposal, books, _ = await _find(tx, proposal_id)
        refused = cannot_be_withdrawn(proposal, actor)
        if refused is not None:
            raise refused
        proposal = proposal.resolved(State.WITHDRAWN, books.now, actor, comment=comment)
        await proposals.resolve(tx, proposal)
        await bookkeeping.save(tx, books)
    LIMIT_PROPOSALS.labels(proposal.state).inc()
    return proposal


async def get_proposal(db: Database, proposal_id: str) -> Proposal:
    """Return a proposal; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await proposals.find(tx, proposal_id)
    if found is None:
        raise _NOT_FOUND
    return found


async def list_proposals(
    db: Database, cursor: str, limit: int, state: State | None, account_id: str | None
) -> list[Proposal]:
    """Return proposals before a cursor, newest first; of one state or account if asked."""
    async with db.transaction() as tx:
        return await proposals.page(tx, cursor, limit, state, account_id)


_NOT_FOUND = not_found("proposal_not_found", "there is no such proposal")


async def _open(tx: Transaction, account_id: str) -> tuple[Books, Agreed]:
    books = await bookkeeping.open_books(tx, [account_id])
    account = books.accounts.get(account_id)
    if account is None:
        raise not_found("account_not_found", "there is no such account")
    return books, (await rolling.agreed_for_good(tx, [account], books.now))[account_id]


async def _find(tx: Transaction, proposal_id: str) -> tuple[Proposal, Books, Agreed]:
    """Return a proposal as it stands once its account is locked, so that of rivals one resolves it."""
    found = await proposals.find(tx, proposal_id)
    if found is None:
        raise _NOT_FOUND
    books, held = await _open(tx, found.account_id)
    found = await proposals.find(tx, proposal_id)
    assert found is not None
    return found, books, held


def _wrong_currency(wish: Wish, currency: str) -> Refusal | None:
    faults = [
        Fault(pointer, "wrong_currency", f"this account is in {currency}")
        for pointer, stated in wish.currencies.items()
        if stated != currency
    ]
    return invalid("wrong_currency", "an amount is not in the account's currency", faults) if faults else None


def _lapse(proposal: Proposal, held: Agreed, books: Books) -> tuple[Ground, Refusal] | None:
    """Return why a proposal can't be approved any more, by anybody."""
    if is_out_of_date(proposal.change, books.now):
        return Ground.OUT_OF_DATE, OUT_OF_DATE
    if not is_as_proposed(proposal, held.course(books.now), books.now):
        return Ground.LIMIT_CHANGED, LIMIT_CHANGED
    return None


async def _ground(tx: Transaction, books: Books, held: Agreed, proposal: Proposal) -> Ground | None:
    """Return why a new proposal needs nobody else, None when it does."""
    if proposal.change.kind is not ChangeKind.REVIEW:
        said = held.product.of(held.currency)
        return may_be_applied(proposal.before, proposal.after, said.people_need_checker_above_minor)
    due_on = books.accounts[proposal.account_id].review_due_on
    assert proposal.change.review_due_on is not None
    every_days = await _cycle(tx, held)
    later = postpones(due_on, proposal.change.review_due_on, every_days, proposal.change.review_every_days)
    return None if later else Ground.NO_INCREASE


async def _cycle(tx: Transaction, held: Agreed) -> int | None:
    return (await terms.cycles(tx, [held.account_id])).get(held.account_id, held.product.review_every_days)


async def _with_review(tx: Transaction, books: Books, held: Agreed, change: Change) -> Change:
    """Return a change of the review with its date: counted from today where only the cycle is new."""
    if change.kind is not ChangeKind.REVIEW or change.review_due_on is not None:
        return change
    every_days = change.review_every_days or await _cycle(tx, held)
    assert every_days is not None
    return replace(change, review_due_on=_today(books) + timedelta(days=every_days))


def _today(books: Books) -> date:
    return books.now.date()


def _effect(proposal: Proposal, held: Agreed, books: Books, actor: str | None, reason: str | None) -> Effect | Refusal:
    maker = Term(
        term_id=new_id("trm"),
        account_id=proposal.account_id,
        kind=TermKind.BASE,
        amount_minor=None,
        effective_from=books.now,
        effective_to=None,
        stated_at=books.now,
        created_at=books.now,
        actor=actor,
        reason=reason,
        proposal_id=proposal.proposal_id,
    )
    return effect(proposal.change, held.terms, maker)


async def _carry_out(tx: Transaction, books: Books, held: Agreed, proposal: Proposal) -> list[outbox.Fact]:
    """Apply an approved proposal, a person's or a decision's; return the events besides that of the limit."""
    if proposal.approval is not None:
        term, facts = granting.enter(books, held, proposal.approval, await _cycle(tx, held), proposal=proposal)
        await terms.add(tx, [term])
        return facts
    done = _effect(proposal, held, books, proposal.proposed_by, proposal.reason)
    if isinstance(done, Refusal):
        raise done
    await _apply(tx, books, held, proposal, done)
    return []


async def _apply(tx: Transaction, books: Books, held: Agreed, proposal: Proposal, done: Effect) -> None:
    """Have what a proposal does hold from now on, and enter it, even where nothing of it is in force yet."""
    cause = Cause(
        proposal_id=proposal.proposal_id, actor=proposal.resolved_by or proposal.proposed_by, reason=proposal.reason
    )
    account = books.accounts[proposal.account_id]
    if proposal.change.kind is ChangeKind.REVIEW:
        every_days = proposal.change.review_every_days
        if every_days is not None:
            await terms.add_cycle(tx, account.account_id, proposal.proposal_id, every_days, books.now)
        books.accounts[account.account_id] = replace(account, review_due_on=proposal.change.review_due_on)
        books.retermed.add(account.account_id)
        books.post([account.account_id], EntryKind.TERMS_CHANGED, cause=cause)
        return
    await terms.add(tx, done.added)
    for end in done.ends:
        await terms.add_end(tx, end)
    found = held.with_terms(done.on(held.terms)).in_force(books.now)
    is_later = rolling.says_the_same(account, found)
    why = Why.COVER if _is_about_cover(held, proposal.change) else Why.PROPOSAL
    rolling.put_in_force(books, account.account_id, found, why, cause, EntryKind.TERMS_CHANGED if is_later else None)


def _is_about_cover(held: Agreed, change: Change) -> bool:
    if change.kind is ChangeKind.END:
        return any(term.term_id == change.term_id and term.cover is not None for term in held.terms)
    return change.kind is ChangeKind.COVER


def _location(proposal: Proposal) -> str:
    return f"/v1/limit-proposals/{proposal.proposal_id}"
