"""Draws for a bootstrap: seeded, the same on every machine and in every version of Python."""

from math import exp, sqrt
from statistics import NormalDist
from typing import Final

_MASK: Final = (1 << 64) - 1
_NORMAL: Final = NormalDist()
_LARGE: Final = 200
"""From this mean on a Poisson count is drawn as a rounded normal one: its skewness is then below 0.08."""


class Resampler:
    """A stream of draws from SplitMix64 (Steele, Lea & Flood, OOPSLA 2014)."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def uniform(self) -> float:
        """Return a number strictly between 0 and 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        mixed ^= mixed >> 31
        return ((mixed >> 12) + 0.5) / (1 << 52)

    def poisson(self, mean: int) -> int:
        """Return a Poisson count of whole `mean` >= 0, by inversion, or normal and rounded for a large mean."""
        if not mean:
            return 0
        if mean >= _LARGE:
            return max(0, round(mean + sqrt(mean) * _NORMAL.inv_cdf(self.uniform())))
        drawn, count = self.uniform(), 0
        probability = reached = exp(-mean)
        while reached < drawn and probability > 0:
            count += 1
            probability *= mean / count
            reached += probability
        return count
