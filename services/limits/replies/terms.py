"""Limits by date, proposals and the terms of products as they are shown."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.limits.domain.account import Account
from services.limits.domain.product_terms import ProductTerms
from services.limits.domain.proposal import Proposal
from services.limits.domain.terms import Cover, Step, Term
from shared.http.money import MoneyBody


class StepReply(BaseModel):
    """What is in force from a time until the next step; `limit` is null where only the accounts above bind."""

    since: datetime
    limit: MoneyBody | None
    cover: MoneyBody
    basis: str


class CoverReply(BaseModel):
    """Which part of a security counts; the share is a decimal between 0 and 1."""

    security: str
    eligible_share: str
    cap_minor: int | None


class TermReply(BaseModel):
    """Something agreed for an account: `base` is the limit itself (null: the product's default)."""

    term_id: str
    kind: str
    amount: MoneyBody | None
    effective_from: datetime
    effective_to: datetime | None
    cover: CoverReply | None
    actor: str | None
    reason: str | None
    decision_id: str | None
    proposal_id: str | None
    created_at: datetime


class LimitsReply(BaseModel):
    """What is in force on an account at a time, what follows, and the terms that say so.

    Of the past, as it was known then. `changes_at` is when it changes next if nobody does anything.
    """

    account_id: str
    at: datetime
    in_force: StepReply
    changes_at: datetime | None
    course: list[StepReply]
    terms: list[TermReply]


class ChangeReply(BaseModel):
    """What is proposed; which fields say something depends on the kind."""

    kind: str
    amount: MoneyBody | None
    effective_from: datetime | None
    effective_to: datetime | None
    cover: CoverReply | None
    term_id: str | None
    review_due_on: date | None
    review_every_days: int | None


class ProposalReply(BaseModel):
    """A proposal: what was in force without it and would be with it when it was made, and what became of it.

    `ground` says why it needed nobody else (`no_increase`, `within_threshold`), that somebody else has looked
    (`checked`), or why it lapsed (`limit_changed`, `out_of_date`). One without `proposed_by` is of a decision.
    """

    proposal_id: str
    account_id: str
    state: str
    ground: str | None
    change: ChangeReply
    reason: str
    proposed_by: str | None
    decision_id: str | None
    proposed_at: datetime
    before: list[StepReply]
    after: list[StepReply]
    resolved_by: str | None
    resolved_at: datetime | None
    comment: str | None


class ProposalPage(BaseModel):
    """Proposals, newest first."""

    items: list[ProposalReply]
    next_cursor: str | None


class CurrencyTermsReply(BaseModel):
    """What holds for accounts in one currency, in its minor units."""

    default_limit_minor: int | None
    people_need_checker_above_minor: int
    decisions_need_checker_above_minor: int | None


class ProductTermsReply(BaseModel):
    """What a product says of limits; revision 0 when nobody has said anything."""

    product: str
    revision: int
    currencies: dict[str, CurrencyTermsReply]
    review_every_days: int | None
    thresholds: list[int]
    hysteresis_percent: int
    expiring_notice_days: int
    actor: str | None
    reason: str | None
    created_at: datetime | None


class ProductTermsPage(BaseModel):
    """Revisions of what a product said, newest first; `next_cursor` is null on the last page."""

    items: list[ProductTermsReply]
    next_cursor: int | None


def limits_reply(account: Account, at: datetime, course: Sequence[Step], terms: Sequence[Term]) -> LimitsReply:
    """Return the public form of the limits of an account."""
    steps = [_step(step, account.currency) for step in course]
    return LimitsReply(
        account_id=account.account_id,
        at=at,
        in_force=steps[0],
        changes_at=course[1].since if len(course) > 1 else None,
        course=steps,
        terms=[_term(term, account.currency) for term in terms],
    )


def proposal_reply(proposal: Proposal) -> ProposalReply:
    """Return the public form of a proposal."""
    change = proposal.change
    return ProposalReply(
        proposal_id=proposal.proposal_id,
        account_id=proposal.account_id,
        state=proposal.state,
        ground=proposal.ground,
        change=ChangeReply(
            kind=change.kind,
            amount=_money(change.amount_minor, proposal.currency),
            effective_from=change.effective_from,
            effective_to=change.effective_to,
            cover=_cover(change.cover),
            term_id=change.term_id,
            review_due_on=change.review_due_on,
            review_every_days=change.review_every_days,
        ),
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        decision_id=None if proposal.approval is None else proposal.approval.decision_id,
        proposed_at=proposal.proposed_at,
        before=[_step(step, proposal.currency) for step in proposal.before],
        after=[_step(step, proposal.currency) for step in proposal.after],
        resolved_by=proposal.resolved_by,
        resolved_at=proposal.resolved_at,
        comment=proposal.comment,
    )


def product_terms_reply(said: ProductTerms) -> ProductTermsReply:
    """Return the public form of what a product says."""
    currencies: dict[str, Any] = {
        currency: CurrencyTermsReply(
            default_limit_minor=terms.default_limit_minor,
            people_need_checker_above_minor=terms.people_need_checker_above_minor,
            decisions_need_checker_above_minor=terms.decisions_need_checker_above_minor,
        )
        for currency, terms in said.currencies.items()
    }
    return ProductTermsReply(
        product=said.product,
        revision=said.revision,
        currencies=currencies,
        review_every_days=said.review_every_days,
        thresholds=list(said.thresholds),
        hysteresis_percent=said.hysteresis_percent,
        expiring_notice_days=said.expiring_notice_days,
        actor=said.actor,
        reason=said.reason,
        created_at=said.created_at,
    )


def _term(term: Term, currency: str) -> TermReply:
    return TermReply(
        term_id=term.term_id,
        kind=term.kind,
        amount=_money(term.amount_minor, currency),
        effective_from=term.effective_from,
        effective_to=term.effective_to,
        cover=_cover(term.cover),
        actor=term.actor,
        reason=term.reason,
        decision_id=term.decision_id,
        proposal_id=term.proposal_id,
        created_at=term.created_at,
    )


def _step(step: Step, currency: str) -> StepReply:
    return StepReply(
        since=step.since,
        limit=None if step.room_minor is None else MoneyBody(amount_minor=step.limit_minor, currency=currency),
        cover=MoneyBody(amount_minor=step.cover_minor, currency=currency),
        basis=step.basis,
    )


def _cover(cover: Cover | None) -> CoverReply | None:
    if cover is None:
        return None
    share = format(cover.eligible_share.normalize(), "f")
    return CoverReply(security=cover.security, eligible_share=share, cap_minor=cover.cap_minor)


def _money(amount_minor: int | None, currency: str) -> MoneyBody | None:
    return None if amount_minor is None else MoneyBody(amount_minor=amount_minor, currency=currency)
