"""Stop rules: what is agreed, before a test starts, to end it. A rule stops a challenger and never promotes one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Measured:
    """What a stop rule looks at: `count` of `out_of`, and the bound that was agreed, None where none was.

    The rule is broken above its bound; one that `is_floor`, below it.
    """

    rule: str
    bound: str | None
    count: int
    out_of: int
    is_floor: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """A stop rule that is broken: `count` of `out_of` against its `bound`."""

    rule: str
    bound: Decimal
    count: int
    out_of: int


def breaches(measured: Iterable[Measured], min_observations: int) -> list[Breach]:
    """Return the rules that are broken; compared exactly, as counts and not as rounded rates.

    No rule counts before `min_observations` of what it is a share of are there, or before the first.
    """
    return [
        Breach(entry.rule, Decimal(entry.bound), entry.count, entry.out_of)
        for entry in measured
        if entry.bound is not None and entry.out_of >= max(1, min_observations) and _is_beyond(entry, entry.bound)
    ]


def _is_beyond(entry: Measured, bound: str) -> bool:
    allowed = Decimal(bound) * entry.out_of
    return entry.count < allowed if entry.is_floor else entry.count > allowed


def months_between(start: datetime, end: datetime) -> int:
    """Return the whole calendar months from `start` to `end`, both in one time zone; 0 when `end` is earlier."""
    months = 12 * (end.year - start.year) + end.month - start.month
    if (end.day, end.timetz()) < (start.day, start.timetz()):
        months -= 1
    return max(0, months)


@dataclass(frozen=True, slots=True)
class Maturity:
    """How long a test has been observed, against how long it takes until its bad rates mean something."""

    months: int
    needed_months: int

    @property
    def is_reached(self) -> bool:
        """Tell whether the oldest answers are old enough for a conclusion."""
        return self.months >= self.needed_months

    def __str__(self) -> str:
        return f"{self.months} of {self.needed_months} months"
