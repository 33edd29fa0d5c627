"""Releasing a blocked document: one officer, or two."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.limits.domain.holds.hold import (
    CLOSED,
    Change,
    EventKind,
    Hold,
    Particulars,
    PendingRelease,
    Release,
    State,
    moved,
    same_person,
)
from shared.errors import Fault, Kind, Refusal, conflict, invalid
from shared.money import Money


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """The command to let a document pass up to `amount` until `expires_at`; `version` is the hold's that was read.

    `authorisation_code` is the code that the release will have.
    """

    hold_id: str
    version: int
    amount: Money
    expires_at: datetime
    reason: str
    actor: str
    authorisation_code: str


@dataclass(frozen=True, slots=True)
class ConfirmRelease:
    """The command of a second officer to put the release that a first one asked for in force."""

    hold_id: str
    version: int
    reason: str
    actor: str
    authorisation_code: str


def objection_to_release(hold: Hold, command: ReleaseHold, now: datetime) -> Refusal | None:
    """Return why a document can't be released so, whatever the officer's authority; None when it can.

    Refused with 403 for who asked for the check, 409 for a hold that is not open, 412 when it changed since it was
    read, and 422 for an amount or a time that makes no sense.
    """
    refused = _objection(hold, command, now)
    if refused is not None:
        return refused
    if command.amount.currency != hold.amount.currency:
        fault = Fault("/amount/currency", "wrong_currency", f"this document is in {hold.amount.currency}")
        return invalid("wrong_currency", "the amount is not in the document's currency", [fault])
    if command.amount.amount_minor < hold.amount.amount_minor:
        fault = Fault("/amount/amount_minor", "below_document", "is less than the document is over")
        return invalid("below_document", "a release covers the whole document", [fault])
    if command.expires_at <= now:
        fault = Fault("/expires_at", "already_past", "is not in the future")
        return invalid("already_past", "a release ends in the future", [fault])
    return None


def objection_to_confirmation(hold: Hold, command: ConfirmRelease, now: datetime) -> Refusal | None:
    """Return why a pending release can't be confirmed so, whatever the officer's authority; None when it can."""
    refused = _objection(hold, command, now)
    if refused is not None:
        return refused
    if hold.pending is None:
        return conflict("nothing_to_confirm", "no release of this document waits for a second officer")
    if hold.pending.asked_by == command.actor:
        return same_person("a second officer confirms a release, not the one who asked for it")
    if hold.pending.expires_at <= now:
        return conflict("release_expired", "this release would be over by now; release the document anew")
    return None


def _objection(hold: Hold, command: ReleaseHold | ConfirmRelease, now: datetime) -> Refusal | None:
    if command.actor in hold.requested_by:
        return same_person("who asked for the check of a document can't release it")
    if hold.state in CLOSED:
        return CLOSED[hold.state]
    if hold.release is not None:
        if hold.release.expires_at <= now:
            return conflict("release_expired", "the release of this document is over; have it checked again first")
        return conflict("already_released", "this document has been released")
    if hold.version != command.version:
        return Refusal(Kind.PRECONDITION_FAILED, "hold_changed", "the hold has changed since it was read")
    return None


def released(hold: Hold, command: ReleaseHold, now: datetime, *, needs_second: bool) -> Change:
    """Return the hold after a release that nothing speaks against: in force, or waiting for a second officer."""
    if needs_second:
        pending = PendingRelease(command.amount, command.expires_at, command.actor)
        said = Particulars(reason=command.reason, amount=command.amount, expires_at=command.expires_at)
        return moved(replace(hold, pending=pending), EventKind.RELEASE_PENDING, command.actor, said, now)
    return _in_force(hold, command, command.amount, command.expires_at, now)


def confirmed(hold: Hold, command: ConfirmRelease, now: datetime) -> Change:
    """Return the hold after its pending release was confirmed."""
    assert hold.pending is not None
    return _in_force(hold, command, hold.pending.amount, hold.pending.expires_at, now)


def _in_force(
    hold: Hold, command: ReleaseHold | ConfirmRelease, amount: Money, expires_at: datetime, now: datetime
) -> Change:
    after = replace(
        hold,
        state=State.RELEASED,
        pending=None,
        release=Release(hold.hold_id, amount, expires_at, frozenset(hold.reasons)),
        authorisation_code=command.authorisation_code,
    )
    said = Particulars(
        reason=command.reason, amount=amount, expires_at=expires_at, authorisation_code=command.authorisation_code
    )
    return moved(after, EventKind.RELEASED, command.actor, said, now)
