"""What else people do with a hold: end it, hand it over, remark on it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.limits.domain.holds.hold import CLOSED, Change, EventKind, Hold, Particulars, State, moved, recorded
from shared.errors import Refusal, conflict


@dataclass(frozen=True, slots=True)
class CloseHold:
    """The command to end a hold without a release: its document is `rejected`, or it went away (`cancelled`)."""

    hold_id: str
    outcome: State
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class AssignHold:
    """The command to hand a hold to an officer; to nobody when `to` is None."""

    hold_id: str
    to: str | None
    reason: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class NoteOnHold:
    """The command to add a remark."""

    hold_id: str
    reason: str
    actor: str


Step = CloseHold | AssignHold | NoteOnHold


def taken(hold: Hold, step: Step, now: datetime) -> Change | Refusal:
    """Return the hold after a step; refused with 409 when the hold is not live any more. A remark is always welcome.

    A released document can't be rejected: its release runs out, or the document goes away.
    """
    if isinstance(step, NoteOnHold):
        return recorded(hold, EventKind.NOTED, step.actor, Particulars(reason=step.reason), now)
    if hold.state in CLOSED:
        return CLOSED[hold.state]
    if isinstance(step, AssignHold):
        said = Particulars(reason=step.reason, assigned_to=step.to)
        return recorded(replace(hold, assigned_to=step.to), EventKind.ASSIGNED, step.actor, said, now)
    if step.outcome is State.REJECTED and hold.state is State.RELEASED:
        return conflict("already_released", "this document has been released")
    after = replace(hold, state=step.outcome, pending=None, release=None)
    return moved(after, EventKind(step.outcome.value), step.actor, Particulars(reason=step.reason), now)
