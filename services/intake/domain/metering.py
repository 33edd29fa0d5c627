"""What sources did and cost, day by day, and how they stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from services.intake.domain.breaker import Breaker
from services.intake.domain.finding import FindingKind
from shared.money import Money

_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class SourceDay:
    """What a source did on a day (UTC), in one currency; the empty one is of what costs nothing.

    `asked` counts tries. `discarded` answers are neither hits nor misses, `not_asked` and `reused` no tries.
    """

    source: str
    day: date
    currency: str
    asked: int = 0
    hits: int = 0
    misses: int = 0
    faults: int = 0
    discarded: int = 0
    not_asked: int = 0
    reused: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """A configured source as it stands: how it is asked, its breaker, how many wait for it, and what it did by day.

    A try takes at most `timeout_seconds`. `facts` are the names of all that it may tell, `cost` that of one answer.
    """

    name: str
    kind: FindingKind
    timeout_seconds: float
    attempts: int
    concurrency: int
    cost: Money | None
    facts: tuple[str, ...]
    breaker: Breaker
    waiting: int
    days: tuple[SourceDay, ...]


def hit_rate(days: Iterable[SourceDay]) -> Decimal | None:
    """Return the share of answers in which the party was known, with four places; None where there was no answer."""
    counted = list(days)
    hits = sum(entry.hits for entry in counted)
    return _share(hits, hits + sum(entry.misses for entry in counted))


def fault_rate(days: Iterable[SourceDay]) -> Decimal | None:
    """Return the share of tries that failed, with four places; None where nothing was asked."""
    counted = list(days)
    return _share(sum(entry.faults for entry in counted), sum(entry.asked for entry in counted))


def _share(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(_TEN_THOUSANDTH, rounding=ROUND_HALF_EVEN)
