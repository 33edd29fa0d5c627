"""How long to wait before trying again."""

import random
from typing import Final

_RANDOM: Final = random.SystemRandom()


class Backoff:
    """Pauses that double up to a ceiling, each shortened at random so that many waiters do not come back together."""

    def __init__(self, first_seconds: float = 0.1, ceiling_seconds: float = 2.0) -> None:
        self._first_seconds = first_seconds
        self._ceiling_seconds = ceiling_seconds
        self._next_seconds = first_seconds

    def next_seconds(self) -> float:
        """Return the next pause in seconds."""
        pause = self._next_seconds
        self._next_seconds = min(pause * 2, self._ceiling_seconds)
        return pause * _RANDOM.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start from the shortest pause again; call it after a success."""
        self._next_seconds = self._first_seconds
