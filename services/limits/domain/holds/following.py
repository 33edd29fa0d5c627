"""What the checks of a document do to its hold."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.limits.domain.checks.result import CheckRecord, Verdict
from services.limits.domain.holds.hold import Change, EventKind, Hold, HoldEvent, Owner, Particulars, State, moved

SYSTEM: Final = "limits"
"""Who opens, refreshes and passes holds: the service, never the one who asked for the check."""


def is_blocked(record: CheckRecord) -> bool:
    """Tell whether a check blocks its document."""
    return record.verdict is Verdict.BLOCK


def opened(hold_id: str, owner: Owner, record: CheckRecord, now: datetime) -> Change:
    """Return the hold of a document that is blocked and has no live one. Nothing of earlier ones is inherited."""
    assert record.document is not None
    hold = Hold(
        hold_id=hold_id,
        document=record.document,
        document_version=record.version,
        owner=owner,
        amount=record.amount,
        reasons=record.reasons,
        check_id=record.check_id,
        requested_by=(record.actor,),
        state=State.OPEN,
        version=0,
        events=0,
        opened_at=now,
        changed_at=now,
    )
    return _blocked(hold, EventKind.OPENED, now)


def followed(hold: Hold, owner: Owner, record: CheckRecord, now: datetime) -> tuple[Hold, HoldEvent | None]:
    """Return a live hold after a later check of its document, and what happened, None when nothing did.

    A check of an older version of the document, which arrives late, tells nothing. A check that blocks what a standing
    release covers began before the release did: the release stands.
    """
    if _is_older(record, hold):
        return hold, None
    if hold.release is not None and hold.release.covers(record.amount, record.against, now):
        return (hold if is_blocked(record) else replace(hold, check_id=record.check_id)), None
    if not is_blocked(record):
        passed = replace(hold, state=State.PASSED, check_id=record.check_id, pending=None, release=None)
        return moved(passed, EventKind.PASSED, SYSTEM, Particulars(check_id=record.check_id, amount=record.amount), now)
    was = (hold.document_version, hold.owner, hold.amount)
    is_same = was == (record.version, owner, record.amount)
    if is_same and hold.state is State.OPEN and hold.reasons == record.reasons:
        return replace(hold, check_id=record.check_id), None
    # Whoever has the same document checked once more asks for nothing new, and may still release it.
    asking = hold.requested_by if is_same else tuple(dict.fromkeys((*hold.requested_by, record.actor)))
    refreshed = replace(
        hold,
        document_version=record.version,
        owner=owner,
        amount=record.amount,
        reasons=record.reasons,
        check_id=record.check_id,
        requested_by=asking,
    )
    return _blocked(refreshed, EventKind.REFRESHED if hold.state is State.OPEN else EventKind.REOPENED, now)


def _is_older(record: CheckRecord, hold: Hold) -> bool:
    if record.version is None or hold.document_version is None:
        return False
    return record.version < hold.document_version


def _blocked(hold: Hold, kind: EventKind, now: datetime) -> Change:
    after = replace(hold, state=State.OPEN, pending=None, release=None, authorisation_code=None)
    said = Particulars(check_id=hold.check_id, amount=hold.amount, reasons=hold.reasons)
    return moved(after, kind, SYSTEM, said, now)
