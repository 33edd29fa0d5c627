"""A hold, its release, and what is recorded of it."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.limits.domain.document import Document
from shared.errors import Kind, Refusal, conflict
from shared.money import Money


class State(StrEnum):
    """Where a hold stands. `open` and `released` are live; a document that is blocked after the others gets a new one.

    `passed`: a later check found nothing against the document. `cancelled`: the document went away.
    """

    OPEN = "open"
    RELEASED = "released"
    PASSED = "passed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    """What happened to a hold."""

    OPENED = "opened"
    REFRESHED = "refreshed"
    REOPENED = "reopened"
    RECHECKED = "rechecked"
    PASSED = "passed"
    RELEASE_PENDING = "release_pending"
    RELEASED = "released"
    RELEASE_REFUSED = "release_refused"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ASSIGNED = "assigned"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Release:
    """What officers let pass of the document that a hold is about, knowing the `reasons` that spoke against it."""

    hold_id: str
    amount: Money
    expires_at: datetime
    reasons: frozenset[str]

    def covers(self, amount: Money, reasons: Set[str], now: datetime) -> bool:
        """Tell whether a document over `amount` passes at `now`, with nothing against it but what officers knew of."""
        return (
            now < self.expires_at
            and reasons <= self.reasons
            and amount.currency == self.amount.currency
            and amount.amount_minor <= self.amount.amount_minor
        )


@dataclass(frozen=True, slots=True)
class PendingRelease:
    """A release that takes effect when a second officer confirms it."""

    amount: Money
    expires_at: datetime
    asked_by: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose credit a document needs: an account, and what of it never changes."""

    account_id: str
    party_id: str
    product: str
    segment: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The one live case of a blocked document.

    `document_version` is the document's own, None where its system counts none. `check_id` names the latest check that
    told something about it. `version` counts what an officer must have seen before releasing: changes of document,
    reasons, state and release; `events` counts everything that was recorded. `requested_by` are all who asked for a
    check of the document as it then was: none of them may release it. `release` is None unless it is `released`.
    """

    hold_id: str
    document: Document
    document_version: int | None
    owner: Owner
    amount: Money
    reasons: tuple[str, ...]
    check_id: str
    requested_by: tuple[str, ...]
    state: State
    version: int
    events: int
    opened_at: datetime
    changed_at: datetime
    assigned_to: str | None = None
    pending: PendingRelease | None = None
    release: Release | None = None
    authorisation_code: str | None = None

    @property
    def is_live(self) -> bool:
        """True while the hold is the one of its document."""
        return self.state in (State.OPEN, State.RELEASED)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What there is to say about something that happened to a hold, as far as it applies.

    `reason` is what a person gave, `reasons` are the codes of a check; `bound` is what an authority does not reach to.
    """

    reason: str | None = None
    amount: Money | None = None
    expires_at: datetime | None = None
    authorisation_code: str | None = None
    check_id: str | None = None
    reasons: tuple[str, ...] = ()
    assigned_to: str | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """One thing that happened to a hold, never changed afterwards; `number` counts from 1.

    `hold_version` is the hold's afterwards.
    """

    hold_id: str
    number: int
    kind: EventKind
    actor: str
    created_at: datetime
    hold_version: int
    particulars: Particulars


Change = tuple[Hold, HoldEvent]
"""A hold after something happened to it, and what that was."""

CLOSED: Final = {
    State.PASSED: conflict("already_passed", "a later check found nothing against this document"),
    State.REJECTED: conflict("already_rejected", "this document has been rejected; a new check would open a new hold"),
    State.CANCELLED: conflict("already_cancelled", "this document went away; a new check would open a new hold"),
}
"""What whoever would act on a hold that is not live any more is told."""


def same_person(detail: str) -> Refusal:
    """Return the refusal of somebody who would decide on what they asked for themselves."""
    return Refusal(Kind.FORBIDDEN, "same_person", detail)


def recorded(hold: Hold, kind: EventKind, actor: str, particulars: Particulars, now: datetime) -> Change:
    """Return the hold after something that does not change what an officer decides on."""
    hold = replace(hold, events=hold.events + 1)
    return hold, HoldEvent(hold.hold_id, hold.events, kind, actor, now, hold.version, particulars)


def moved(hold: Hold, kind: EventKind, actor: str, particulars: Particulars, now: datetime) -> Change:
    """Return the hold after something that does: whoever read it before has to read it again."""
    return recorded(replace(hold, version=hold.version + 1, changed_at=now), kind, actor, particulars, now)
