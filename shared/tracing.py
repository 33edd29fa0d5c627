"""W3C trace context: one `traceparent` from the caller's request through every event it causes."""

import random
import re
from contextvars import ContextVar
from typing import Final

_FORM: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_ALL_ZERO: Final = re.compile("0+")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new_traceparent() -> str:
    """Return a fresh, sampled trace context."""
    # Trace ids need to be unique, not secret; the operating system's randomness costs a system call each.
    return f"00-{random.getrandbits(128) or 1:032x}-{random.getrandbits(64) or 1:016x}-01"


def accept_traceparent(header: str | None) -> str:
    """Return the caller's trace context when it is valid, else a fresh one."""
    if header is not None:
        match = _FORM.fullmatch(header)
        if match is not None and not any(_ALL_ZERO.fullmatch(identifier) for identifier in match.groups()):
            return header
    return new_traceparent()


def trace_id(traceparent: str) -> str:
    """Return the 32 hexadecimal digits that name the trace."""
    return traceparent[3:35]


def current_traceparent() -> str | None:
    """Return the trace context of the request or event being handled."""
    return _current.get()


def set_traceparent(traceparent: str | None) -> None:
    """Make `traceparent` the context of the current task."""
    _current.set(traceparent)
