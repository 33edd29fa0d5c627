"""Proposals to change what was agreed for an account: what they would do, and whether a second person must look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.limits.domain.account import Approval
from services.limits.domain.terms import MAX_TERMS, Cover, End, Step, Term, TermKind, ended, rest
from shared.errors import Fault, Kind, Refusal, conflict, invalid, not_found


class ChangeKind(StrEnum):
    """What is to change: the limit, an increase for a while, a cover, the end of a term, or the next review."""

    BASE = "base"
    TEMPORARY = "temporary"
    COVER = "cover"
    END = "end"
    REVIEW = "review"


class State(StrEnum):
    """Where a proposal stands. Only `proposed` can change; an approved one has been applied."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Ground(StrEnum):
    """Why a proposal was applied, or why it lapsed."""

    NO_INCREASE = "no_increase"
    WITHIN_THRESHOLD = "within_threshold"
    CHECKED = "checked"
    LIMIT_CHANGED = "limit_changed"
    OUT_OF_DATE = "out_of_date"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change; which fields say something depends on the kind. Amounts in the account's minor units.

    `effective_from` is None for at once; a base without an amount goes back to the product's default; an end without
    `effective_to` is one at once.
    """

    kind: ChangeKind
    amount_minor: int | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    cover: Cover | None = None
    term_id: str | None = None
    review_due_on: date | None = None
    review_every_days: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that somebody, or a decision, wants, what is in force without and with it, and what became of it.

    What it would do can't be changed: another wish is another proposal. `before` and `after` are as it was proposed.
    """

    proposal_id: str
    account_id: str
    currency: str
    change: Change
    reason: str
    proposed_by: str | None
    proposed_at: datetime
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    approval: Approval | None = None
    state: State = State.PROPOSED
    ground: Ground | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    comment: str | None = None

    def resolved(
        self,
        state: State,
        now: datetime,
        by: str | None = None,
        ground: Ground | None = None,
        comment: str | None = None,
    ) -> "Proposal":
        """Return the proposal after its end."""
        return replace(self, state=state, ground=ground, resolved_by=by, resolved_at=now, comment=comment)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change adds to the terms of an account."""

    added: tuple[Term, ...] = ()
    ends: tuple[End, ...] = ()

    def on(self, terms: Sequence[Term]) -> list[Term]:
        """Return the terms afterwards."""
        return [*ended(terms, self.ends), *self.added]


def effect(change: Change, terms: Collection[Term], maker: Term) -> Effect | Refusal:
    """Return what a change does to `terms`, those of the account that are not over.

    `maker` says for whom, by whom, why and when (`created_at`): a term without content. Refused: times in the past or
    out of order (422), a term that isn't there (404), more terms than an account may have (409).
    """
    now = maker.created_at
    refused = _objection(change, terms, now)
    if refused is not None:
        return refused
    if change.kind is ChangeKind.REVIEW:
        return Effect()
    if change.kind is ChangeKind.END:
        assert change.term_id is not None
        ends_at = now if change.effective_to is None else change.effective_to
        assert maker.proposal_id is not None
        end = End(
            change.term_id, maker.account_id, ends_at, now, maker.proposal_id, actor=maker.actor, reason=maker.reason
        )
        return Effect(ends=(end,))
    effective_from = now if change.effective_from is None else max(change.effective_from, now)
    # Whoever sets a limit has the last word, even after a decision from a clock that was ahead.
    stated = (term.stated_at for term in terms if term.effective_from <= effective_from)
    term = replace(
        maker,
        kind=TermKind(change.kind),
        amount_minor=change.amount_minor,
        effective_from=effective_from,
        effective_to=change.effective_to,
        stated_at=max([effective_from, *stated]),
        cover=change.cover,
    )
    return Effect(added=(term,))


def is_out_of_date(change: Change, now: datetime) -> bool:
    """Tell whether a change would be over by the time it is applied."""
    return change.effective_to is not None and change.effective_to <= now


def may_be_applied(before: Sequence[Step], after: Sequence[Step], threshold_minor: int | None) -> Ground | None:
    """Return why a change needs nobody else, None when it does: it leads to more than before, above the threshold.

    Looked at from the present on, at every time. Where only the accounts above bind, an account had nothing and has
    anything: both count as more. No threshold: nobody needs to look.
    """
    if threshold_minor is None:
        return Ground.WITHIN_THRESHOLD
    rises = [room for had, room in _side_by_side(before, after) if _is_more(had, room)]
    if not rises:
        return Ground.NO_INCREASE
    return Ground.WITHIN_THRESHOLD if all(room is not None and room <= threshold_minor for room in rises) else None


def postpones(due_before: date | None, due_after: date, every_before: int | None, every_after: int | None) -> bool:
    """Tell whether a change has an account reviewed later, or less often, than it would have been."""
    is_rarer = every_before is not None and every_after is not None and every_after > every_before
    return is_rarer or (due_before is not None and due_after > due_before)


def is_as_proposed(proposal: Proposal, course: Sequence[Step], now: datetime) -> bool:
    """Tell whether what is in force from now on is what it was going to be when the proposal was made."""
    return rest(proposal.before, now) == tuple(course)


_OVER: Final = {
    State.APPROVED: conflict("already_approved", "this proposal has been approved"),
    State.REJECTED: conflict("already_rejected", "this proposal has been rejected"),
    State.WITHDRAWN: conflict("already_withdrawn", "this proposal has been withdrawn"),
    State.LAPSED: conflict("already_lapsed", "the limit changed after this was proposed; propose it again"),
}
LIMIT_CHANGED: Final = conflict("limit_changed_meanwhile", "the limit is not what it was going to be; propose it again")
OUT_OF_DATE: Final = conflict("out_of_date", "what was proposed would be over by now")


def cannot_be_checked(proposal: Proposal, checker: str) -> Refusal | None:
    """Return why somebody can't approve or reject a proposal: it is over (409), or it is their own (403)."""
    if proposal.state is not State.PROPOSED:
        return _OVER[proposal.state]
    if proposal.proposed_by == checker:
        return Refusal(Kind.FORBIDDEN, "same_person", "somebody else must look at what you proposed")
    return None


def cannot_be_withdrawn(proposal: Proposal, by: str) -> Refusal | None:
    """Return why somebody can't withdraw a proposal: it is over (409), or it is not their own (403)."""
    if proposal.state is not State.PROPOSED:
        return _OVER[proposal.state]
    if proposal.proposed_by != by:
        return Refusal(Kind.FORBIDDEN, "not_the_proposer", "only whoever proposed it can withdraw it")
    return None


def _objection(change: Change, terms: Collection[Term], now: datetime) -> Refusal | None:
    """Return why a change makes no sense at all, whoever looks at it."""
    if is_out_of_date(change, now):
        return _invalid("effective_to", "in_the_past", "is over; leave it out to end at once")
    begins, ends = change.effective_from, change.effective_to
    if begins is not None and ends is not None and ends <= begins:
        return _invalid("effective_to", "not_after_start", "is not after the start")
    if change.kind is ChangeKind.END:
        return _cannot_end(terms, change.term_id, now if ends is None else ends)
    if change.kind is not ChangeKind.REVIEW and len(terms) >= MAX_TERMS:
        return conflict("too_many_terms", f"an account may have {MAX_TERMS} terms in force or to come; end one first")
    return None


def _cannot_end(terms: Collection[Term], term_id: str | None, ends_at: datetime) -> Refusal | None:
    term = next((term for term in terms if term.term_id == term_id), None)
    if term is None:
        return not_found("term_not_found", "this account has no such term in force or to come")
    if term.effective_to is not None and term.effective_to <= ends_at:
        return conflict("term_ends_before", "the term ends before that anyway")
    return None


def begins_in_the_past(change: Change, now: datetime) -> Refusal | None:
    """Return the refusal of a new proposal that would begin before it was made."""
    if change.effective_from is None or change.effective_from > now:
        return None
    return _invalid("effective_from", "in_the_past", "is in the past; leave it out to begin at once")


def _invalid(field: str, code: str, words: str) -> Refusal:
    fault = Fault(f"/change/{field}", code, words)
    return invalid("invalid_change", "the change does not fit the account", [fault])


def _side_by_side(before: Sequence[Step], after: Sequence[Step]) -> list[tuple[int | None, int | None]]:
    """Return the room without and with a change, at every time at which either changes."""
    moments = sorted({step.since for step in (*before, *after)})
    return [(rest(before, moment)[0].room_minor, rest(after, moment)[0].room_minor) for moment in moments]


def _is_more(had_minor: int | None, room_minor: int | None) -> bool:
    if had_minor is None:
        return room_minor is not None and room_minor > 0
    return room_minor is None or room_minor > had_minor
