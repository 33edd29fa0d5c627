"""Keeps a loop from turning more often than is good for anybody.

Events that arrive in a stream are cheaper in larger pieces: each turn of a relay or a consumer costs several round
trips however little it carries. A loop that has rested starts at once, so an idle system gains no latency. And a loop
rests for as long as it has worked, up to a bound: where a machine is busy turns take long, and the more of them there
are, the less is left for whoever takes requests in.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final

TURN_SECONDS: Final = 0.01
MOST_REST_SECONDS: Final = 0.025
"""Events pass about eight loops on their way to a decision, so this bounds what a busy machine adds to that."""


class Pace:
    """Spaces the turns of one loop by at least `turn_seconds`, and lets it rest for as long as one takes."""

    def __init__(self, turn_seconds: float = TURN_SECONDS, clock: Callable[[], float] = monotonic) -> None:
        self._turn_seconds = turn_seconds
        self._clock = clock
        self._began_at = 0.0
        self._next_at = 0.0

    def wait_seconds(self) -> float:
        """Return how long to wait before the next turn, 0 or more, and count that turn as begun then."""
        now = self._clock()
        wait = max(0.0, self._next_at - now)
        self._began_at = now + wait
        self._next_at = self._began_at + self._turn_seconds
        return wait

    def ended(self) -> None:
        """Say that a turn is over: its rest begins, and whatever is waited for from here on counts as rest."""
        now = self._clock()
        self._next_at = max(self._next_at, now + min(now - self._began_at, MOST_REST_SECONDS))
