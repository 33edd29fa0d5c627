"""Chance that is the same for the same number: what makes a plausible report of anybody."""

from datetime import date
from hashlib import sha256


class Chance:
    """Draws from what identifies a party; the same draws in the same order, on every machine."""

    def __init__(self, *what: str) -> None:
        self._seed = "\0".join(what).encode()
        self._drawn = 0

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        self._drawn += 1
        digest = sha256(self._seed + self._drawn.to_bytes(4, "big")).digest()
        return low + int.from_bytes(digest[:8], "big") % (high - low + 1)

    def happens(self, per_cent: int) -> bool:
        """Return true for so many of a hundred."""
        return self.between(1, 100) <= per_cent


def months_before(today: date, months: int) -> date:
    """Return the day so many full months before, none after the 28th."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, min(today.day, 28))


def number(prefix: str, *what: str) -> str:
    """Return the number that a provider gives a report; it says nothing of the party."""
    return f"{prefix}-{sha256(chr(0).join(what).encode()).hexdigest()[:12].upper()}"
