"""Keeps a loop from turning more often than is good for anybody.

Events that arrive in a stream are cheaper in larger pieces: each turn of a relay or a consumer costs several round
trips however little it carries. A loop that has rested starts at once, so an idle system gains no latency.
"""

from time import monotonic
from typing import Final

TURN_SECONDS: Final = 0.01


class Pace:
    """Spaces the turns of one loop by at least `turn_seconds`."""

    def __init__(self, turn_seconds: float = TURN_SECONDS) -> None:
        self._turn_seconds = turn_seconds
        self._next_at = 0.0

    def wait_seconds(self) -> float:
        """Return how long to wait before the next turn, 0 or more, and count that turn as begun then."""
        now = monotonic()
        wait = max(0.0, self._next_at - now)
        self._next_at = now + wait + self._turn_seconds
        return wait
