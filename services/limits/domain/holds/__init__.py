"""Credit holds: documents that a credit check blocked, what became of them, and the releases that let them pass.

A release lets the checks of its document pass up to an amount and until a time, and nothing else. No reservation may
draw on it: the ledger never oversells. A released order becomes an exposure item, which is a fact and may exceed.
"""

from services.limits.domain.holds.hold import (
    Change,
    EventKind,
    Hold,
    HoldEvent,
    Owner,
    Particulars,
    PendingRelease,
    Release,
    State,
    same_person,
)

__all__ = [
    "Change",
    "EventKind",
    "Hold",
    "HoldEvent",
    "Owner",
    "Particulars",
    "PendingRelease",
    "Release",
    "State",
    "same_person",
]
