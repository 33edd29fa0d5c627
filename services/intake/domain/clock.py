"""Clocks: the terms that a jurisdiction, or the house, sets for an application, and when they run.

A profile says how long each clock runs. A clock that an application has to wait on its applicant for is paused.

`us-reg-b`: Regulation B, 12 CFR 1002.9: 30 days from a completed application to the notice of action taken
((a)(1)(i)), 90 days for the acceptance of a counteroffer ((a)(1)(iv)), 30 days to give notice that an application is
incomplete ((c)(1)), which designates a reasonable period for completing it ((c)(2)); the period is the house's.
The terms of the other profiles are the house's: neither Directive (EU) 2023/2225 nor the Chinese rules on personal and
working-capital loans set a number of days for deciding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.intake.domain.application import Status
from services.intake.domain.progress import OPEN_OUTCOMES


class Term(StrEnum):
    """What a clock is for: to decide a complete application, to complete one, to tell an applicant that something is
    missing, to accept a counteroffer.
    """

    DECIDE = "decide"
    COMPLETE = "complete"
    NOTICE = "notice"
    COUNTEROFFER = "counteroffer"


@dataclass(frozen=True, slots=True)
class Profile:
    """The terms of a jurisdiction, in days; a term that is left out has no clock. Warnings count back from the end."""

    name: str
    days: Mapping[Term, int]
    warn_days: tuple[int, ...] = (7, 2)


PROFILES: Final[Mapping[str, Profile]] = {
    entry.name: entry
    for entry in (
        Profile("default", {Term.DECIDE: 30, Term.COMPLETE: 30, Term.COUNTEROFFER: 30}),
        Profile("us-reg-b", {Term.DECIDE: 30, Term.NOTICE: 30, Term.COMPLETE: 60, Term.COUNTEROFFER: 90}),
        Profile("eu", {Term.DECIDE: 30, Term.COMPLETE: 30, Term.COUNTEROFFER: 30}),
        Profile("cn", {Term.DECIDE: 30, Term.COMPLETE: 30, Term.COUNTEROFFER: 30}),
    )
}
DEFAULT: Final = PROFILES["default"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of an application. While it runs it has `due_at`, while it is paused the time that was `left`.

    `warn_at` is when its next warning is told, None once all are, or while it does not run.
    """

    term: Term
    profile: str
    due_at: datetime | None
    left: timedelta | None = None
    warn_at: datetime | None = None


def profile_of(name: str | None) -> Profile:
    """Return a profile; a product that names none, or one that is not known, has the default."""
    return DEFAULT if name is None else PROFILES.get(name, DEFAULT)


def after(
    profile: Profile, clocks: Mapping[Term, Clock], status: Status, outcome: str | None, now: datetime
) -> dict[Term, Clock]:
    """Return the clocks of an application that has come into a state, from those that it had.

    A clock that goes on running is not set anew; one that does not belong to the state is gone, but for the time to
    decide, which is kept while something is missing. An outcome that is not the last word leaves it running.
    """
    running = _running(status, outcome)
    found: dict[Term, Clock] = {}
    for term in Term:
        known = clocks.get(term)
        if term in running and term in profile.days:
            found[term] = _run(profile, term, known, now)
        elif term is Term.DECIDE and known is not None and _waits_for_applicant(status, outcome):
            found[term] = _paused(known, now)
    return found


def told(profile: Profile, clock: Clock, now: datetime) -> Clock:
    """Return a clock after the warnings that were due by now."""
    return replace(clock, warn_at=_next_warning(profile, clock.due_at, now))


def due_at(clocks: Mapping[Term, Clock]) -> datetime | None:
    """Return when the first of the clocks that run runs out."""
    return min((clock.due_at for clock in clocks.values() if clock.due_at is not None), default=None)


def _running(status: Status, outcome: str | None) -> frozenset[Term]:
    if status is Status.PEND_INFO:
        return frozenset({Term.COMPLETE, Term.NOTICE})
    if status in (Status.INVESTIGATING, Status.SUBMITTED):
        return frozenset({Term.DECIDE})
    if status is Status.DECIDED and outcome == "counter_offer":
        return frozenset({Term.COUNTEROFFER})
    if status is Status.DECIDED and outcome in OPEN_OUTCOMES and not _waits_for_applicant(status, outcome):
        return frozenset({Term.DECIDE})
    return frozenset()


def _waits_for_applicant(status: Status, outcome: str | None) -> bool:
    return status is Status.PEND_INFO or (status is Status.DECIDED and outcome == "pend_info")


def _run(profile: Profile, term: Term, known: Clock | None, now: datetime) -> Clock:
    if known is not None and known.due_at is not None:
        return known
    left = timedelta(days=profile.days[term]) if known is None or known.left is None else known.left
    ends = now + left
    return Clock(term, profile.name, ends, None, _next_warning(profile, ends, now))


def _paused(known: Clock, now: datetime) -> Clock:
    if known.due_at is None:
        return known
    return replace(known, due_at=None, left=max(known.due_at - now, timedelta()), warn_at=None)


def _next_warning(profile: Profile, ends: datetime | None, now: datetime) -> datetime | None:
    if ends is None:
        return None
    moments = sorted(ends - timedelta(days=days) for days in profile.warn_days)
    return next((moment for moment in moments if moment > now), None)
