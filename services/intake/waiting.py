"""Callers that hold their connection open until their application is decided (`Prefer: wait=5`)."""

import asyncio
import re
from collections import defaultdict
from typing import Final

MAX_WAIT_SECONDS: Final = 8
"""Less than a process that is told to stop gives its requests, so that whoever waits still gets an answer."""

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,4})(?:$|[,;\s])")


def wait_seconds(prefer: str | None) -> int:
    """Return how long the caller is willing to wait (RFC 7240, section 4.3), at most 8 seconds."""
    match = _WAIT.search(prefer or "")
    return 0 if match is None else min(int(match[1]), MAX_WAIT_SECONDS)


class Waiters:
    """Who waits for which application in this process."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    def on_notice(self, application_id: str) -> None:
        """Wake those who wait for `application_id`; an empty id wakes everybody, who then look for themselves."""
        if application_id:
            woken = list(self._waiting.get(application_id, ()))
        else:
            woken = [event for events in self._waiting.values() for event in events]
        for event in woken:
            event.set()

    def expect(self, application_id: str) -> asyncio.Event:
        """Return an event that is set when the application may have been decided."""
        event = asyncio.Event()
        self._waiting[application_id].add(event)
        return event

    def forget(self, application_id: str, event: asyncio.Event) -> None:
        """Stop waiting."""
        events = self._waiting.get(application_id)
        if events is not None:
            events.discard(event)
            if not events:
                del self._waiting[application_id]
