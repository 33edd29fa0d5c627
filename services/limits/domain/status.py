"""The status of an account, and what people do to it."""

from enum import StrEnum
from typing import Final

from services.limits.domain.account import Status
from shared.errors import Refusal, conflict


class Action(StrEnum):
    """What is done to the status of an account; what is committed on it stands throughout."""

    SUSPEND = "suspend"
    RESUME = "resume"
    BLOCK = "block"
    UNBLOCK = "unblock"
    CLOSE = "close"
    REOPEN = "reopen"


_STEPS: Final = {
    (Status.OPEN, Action.SUSPEND): Status.SUSPENDED,
    (Status.SUSPENDED, Action.RESUME): Status.OPEN,
    (Status.OPEN, Action.BLOCK): Status.BLOCKED,
    (Status.SUSPENDED, Action.BLOCK): Status.BLOCKED,
    (Status.BLOCKED, Action.UNBLOCK): Status.OPEN,
    (Status.OPEN, Action.CLOSE): Status.CLOSED,
    (Status.SUSPENDED, Action.CLOSE): Status.CLOSED,
    (Status.BLOCKED, Action.CLOSE): Status.CLOSED,
    (Status.CLOSED, Action.REOPEN): Status.OPEN,
}
_WRONG: Final = {
    Status.OPEN: conflict("account_open", "this account is open"),
    Status.SUSPENDED: conflict("account_suspended", "this account is suspended; resume, block or close it"),
    Status.BLOCKED: conflict("account_blocked", "this account is blocked; unblock or close it"),
    Status.CLOSED: conflict("account_closed", "this account is closed; reopen it"),
}


def status_after(status: Status, action: Action) -> Status | Refusal:
    """Return the status an action leads to; refused with 409, by a code for each status, where it doesn't apply."""
    return _STEPS.get((status, action)) or _WRONG[status]
