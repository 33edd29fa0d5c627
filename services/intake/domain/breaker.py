"""A circuit breaker: a source that keeps failing is left alone for a while, then tried by one inquiry.

Closed, inquiries go through and failures are counted. As many of them as it takes within the window open it: nothing is
asked until the pause is over. Then it is half open: one inquiry goes through as a probe, whose outcome closes the
breaker or opens it anew. (The pattern is Michael Nygard's, "Release It!", 2007.)
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether inquiries go through: all, none, or one that shows whether the source is back."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """Opens at `failures` within `window_seconds`, for `pause_seconds`. A probe is given up after `probe_seconds`."""

    failures: int = 5
    window_seconds: int = 60
    pause_seconds: int = 30
    probe_seconds: int = 60

    def __post_init__(self) -> None:
        if min(self.failures, self.window_seconds, self.pause_seconds, self.probe_seconds) < 1:
            raise ValueError("a breaker's settings are whole numbers from 1")


@dataclass(frozen=True, slots=True)
class Breaker:
    """A source's breaker. `failures` are those of the window while it is closed.

    `retry_at` is when the next inquiry may go through while it is not closed: half open, that is when the probe counts
    as lost.
    """

    state: BreakerState = BreakerState.CLOSED
    failures: tuple[datetime, ...] = ()
    retry_at: datetime | None = None

    @property
    def is_watchful(self) -> bool:
        """Tell whether it lets less than everything through."""
        return self.state is not BreakerState.CLOSED

    def admit(self, settings: BreakerSettings, now: datetime) -> tuple["Breaker", bool]:
        """Return the breaker once an inquiry has come, and whether it goes through."""
        if self.state is BreakerState.CLOSED:
            return self, True
        if self.retry_at is not None and now < self.retry_at:
            return self, False
        probe_until = now + timedelta(seconds=settings.probe_seconds)
        return Breaker(BreakerState.HALF_OPEN, retry_at=probe_until), True

    def succeeded(self) -> "Breaker":
        """Return the breaker once the source has answered; what was asked before it opened does not close it."""
        return Breaker() if self.state is BreakerState.HALF_OPEN else self

    def failed(self, settings: BreakerSettings, now: datetime) -> "Breaker":
        """Return the breaker once the source has failed."""
        if self.state is BreakerState.OPEN:
            return self
        begins = now - timedelta(seconds=settings.window_seconds)
        failures = (*(moment for moment in self.failures if moment > begins), now)
        if self.state is BreakerState.CLOSED and len(failures) < settings.failures:
            return replace(self, failures=failures)
        return Breaker(BreakerState.OPEN, retry_at=now + timedelta(seconds=settings.pause_seconds))
