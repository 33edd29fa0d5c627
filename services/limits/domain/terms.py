"""Limits by date: which limit and which cover are in force on an account at a time, and until when."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Final

from services.limits.domain.account import Basis
from shared.money import MAX_MINOR

MAX_TERMS: Final = 50
"""How many terms of an account may be in force or still to come."""


class TermKind(StrEnum):
    """What a term says: the limit itself, an increase of it for a while, or a cover beside it."""

    BASE = "base"
    TEMPORARY = "temporary"
    COVER = "cover"


class Security(StrEnum):
    """What a cover consists of."""

    COLLATERAL = "collateral"
    INSURANCE = "insurance"
    GUARANTEE = "guarantee"


@dataclass(frozen=True, slots=True)
class Cover:
    """Which part of a security counts: a share between 0 and 1 of its amount, and no more than a cap."""

    security: Security
    eligible_share: Decimal
    cap_minor: int | None = None

    def eligible_minor(self, amount_minor: int) -> int:
        """Return what counts of an amount, rounded down: no more is promised than is there."""
        eligible = floor(amount_minor * Fraction(self.eligible_share))
        return eligible if self.cap_minor is None else min(eligible, self.cap_minor)


@dataclass(frozen=True, slots=True)
class Term:
    """Something that was agreed for an account from a time on, perhaps up to one (exclusive); never changed afterwards.

    A base without an amount goes back to the product's default. `stated_at` is what bases are ordered by: when a
    decision was made, or since when what a person set is to hold.
    """

    term_id: str
    account_id: str
    kind: TermKind
    amount_minor: int | None
    effective_from: datetime
    effective_to: datetime | None
    stated_at: datetime
    created_at: datetime
    actor: str | None = None
    reason: str | None = None
    decision_id: str | None = None
    proposal_id: str | None = None
    cover: Cover | None = None

    def is_in_force(self, t: datetime) -> bool:
        """True from the start of the term until its end."""
        return self.effective_from <= t and (self.effective_to is None or t < self.effective_to)

    @property
    def is_void(self) -> bool:
        """True when it was ended before it began: then it never said anything."""
        return self.effective_to is not None and self.effective_to <= self.effective_from

    @property
    def rank(self) -> tuple[datetime, bool, str]:
        """The order of bases, whatever order they arrived in; at one moment a person's word outranks a decision."""
        is_personal = self.decision_id is None
        return (self.stated_at, is_personal, self.decision_id or self.proposal_id or self.term_id)


@dataclass(frozen=True, slots=True)
class End:
    """That a term ends earlier than it said. Of several ends of a term the earliest counts."""

    term_id: str
    account_id: str
    ends_at: datetime
    created_at: datetime
    proposal_id: str
    actor: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """The limit and the cover in force from `since` until the next step, in minor units of the account's currency."""

    since: datetime
    limit_minor: int
    cover_minor: int
    basis: Basis

    @property
    def room_minor(self) -> int | None:
        """What may be committed at most; None where only the accounts above say so."""
        if self.basis is Basis.UNSET:
            return None
        return self.limit_minor + self.cover_minor if self.limit_minor > 0 else 0

    def says_the_same(self, other: "Step") -> bool:
        """True when the other step differs in nothing but its time."""
        return replace(other, since=self.since) == self


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force at a time, and when that changes by the clock alone (None: not as far as is known)."""

    limit_minor: int
    cover_minor: int
    basis: Basis
    changes_at: datetime | None


def in_force(terms: Collection[Term], default_minor: int | None, t: datetime) -> InForce:
    """Return what `terms` and the product's default put in force at `t`.

    Of the bases that have begun the one stated last speaks; once it has run out there is no credit, an older one does
    not come back. Temporary increases add to a base above 0, since 0 is no credit; covers add up. Nothing exceeds what
    an amount can be.
    """
    now = _step(terms, default_minor, t)
    later = (_step(terms, default_minor, moment) for moment in _moments(terms, t))
    changes_at = next((step.since for step in later if not step.says_the_same(now)), None)
    return InForce(now.limit_minor, now.cover_minor, now.basis, changes_at)


def course(terms: Collection[Term], default_minor: int | None, t: datetime) -> tuple[Step, ...]:
    """Return what will be in force from `t` on if nobody does anything: the first step is that of `t` itself."""
    steps = [_step(terms, default_minor, t)]
    for moment in _moments(terms, t):
        step = _step(terms, default_minor, moment)
        if not step.says_the_same(steps[-1]):
            steps.append(step)
    return tuple(steps)


def rest(steps: Sequence[Step], t: datetime) -> tuple[Step, ...]:
    """Return what is left of a course at `t`, which is not before its first step."""
    begun = [step for step in steps if step.since <= t]
    return (replace(begun[-1], since=t), *steps[len(begun) :])


def speaking(terms: Iterable[Term], t: datetime) -> Term | None:
    """Return the base that speaks at `t`, perhaps to say that it has run out; None before the first."""
    begun = (term for term in terms if term.kind is TermKind.BASE and term.effective_from <= t and not term.is_void)
    return max(begun, key=lambda term: term.rank, default=None)


def ended(terms: Iterable[Term], ends: Iterable[End]) -> list[Term]:
    """Return terms as they are after ends of some of them."""
    earliest: dict[str, datetime] = {}
    for end in ends:
        earliest[end.term_id] = min(end.ends_at, earliest.get(end.term_id, end.ends_at))
    return [_ended(term, earliest.get(term.term_id)) for term in terms]


def has_turned(terms: Iterable[Term], since: datetime, until: datetime) -> bool:
    """Tell whether a term begins or ends between two times, both included."""
    return any(
        since <= moment <= until for term in terms for moment in (term.effective_from, term.effective_to) if moment
    )


def _ended(term: Term, ends_at: datetime | None) -> Term:
    if ends_at is None or (term.effective_to is not None and term.effective_to <= ends_at):
        return term
    return replace(term, effective_to=ends_at)


def _moments(terms: Iterable[Term], t: datetime) -> list[datetime]:
    """Return the moments after `t` at which something may change, in order."""
    moments = {moment for term in terms for moment in (term.effective_from, term.effective_to) if moment is not None}
    return sorted(moment for moment in moments if moment > t)


def _step(terms: Collection[Term], default_minor: int | None, t: datetime) -> Step:
    covers = (
        term.cover.eligible_minor(term.amount_minor)
        for term in terms
        if term.cover is not None and term.amount_minor is not None and term.is_in_force(t)
    )
    limit_minor, basis = _limit(terms, default_minor, t)
    cover_minor = min(sum(covers), MAX_MINOR - limit_minor)
    return Step(t, limit_minor, cover_minor, basis)


def _limit(terms: Collection[Term], default_minor: int | None, t: datetime) -> tuple[int, Basis]:
    base = speaking(terms, t)
    if base is not None and not base.is_in_force(t):
        return 0, Basis.EXPIRED
    is_set = base is not None and base.amount_minor is not None
    amount_minor = base.amount_minor if base is not None and base.amount_minor is not None else default_minor
    if amount_minor is None:
        return 0, Basis.UNSET
    if amount_minor > 0:
        amount_minor += sum(
            term.amount_minor or 0 for term in terms if term.kind is TermKind.TEMPORARY and term.is_in_force(t)
        )
    return min(amount_minor, MAX_MINOR), Basis.SET if is_set else Basis.DEFAULT
