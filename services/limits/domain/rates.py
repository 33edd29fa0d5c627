"""Exchange rates of one moment, and amounts in another currency: exact until the one rounding at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from shared.money import exponent

Pair = tuple[str, str]
"""From one currency into another."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How many units of the second currency of a pair one unit of the first is worth."""

    rates: Mapping[Pair, Fraction] = field(default_factory=dict)

    def rate(self, source: str, target: str) -> Fraction | None:
        """Return the rate between two currencies, as it is stated or as the inverse of what is; None without one."""
        if source == target:
            return Fraction(1)
        stated = self.rates.get((source, target))
        if stated is not None:
            return stated
        inverse = self.rates.get((target, source))
        return None if inverse is None else 1 / inverse

    def committed(self, amount_minor: int, source: str, target: str) -> int | None:
        """Return a commitment in the minor units of `target`, rounded up: it is never counted as less than it is."""
        if source == target:
            return amount_minor
        exact = self._exact(amount_minor, source, target)
        return None if exact is None else ceil(exact)

    def available(self, amount_minor: int, source: str, target: str) -> int | None:
        """Return what is available in the minor units of `target`, rounded down: no more is promised than is there."""
        if source == target:
            return amount_minor
        exact = self._exact(amount_minor, source, target)
        return None if exact is None else floor(exact)

    def _exact(self, amount_minor: int, source: str, target: str) -> Fraction | None:
        rate = self.rate(source, target)
        if rate is None:
            return None
        return amount_minor * rate * Fraction(10) ** (exponent(target) - exponent(source))
