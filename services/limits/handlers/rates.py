"""Exchange rates: stated by who keeps them, and shown as of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.limits.domain.rates import Pair, Statement
from services.limits.store import rates
from shared.db import Database, clock
from shared.errors import Fault, conflict, invalid

MAX_PAIRS: Final = 2_000
"""Of how many pairs rates may ever be stated: enough for all currencies of the world against ten."""
MAX_DAYS_AHEAD: Final = 366


@dataclass(frozen=True, slots=True)
class StateRates:
    """The command to state the rates of one day: each a pair, and what one unit of its first currency is worth."""

    effective_on: date
    good_for_days: int
    source: str
    actor: str
    rates: tuple[tuple[Pair, Decimal], ...]


async def state_rates(db: Database, command: StateRates) -> int:
    """Store rates and return how many said something new. A later statement for the same day wins; none is lost.

    Raises `Refusal`: 422 for a pair that is stated twice, in whatever direction, and for a day far ahead; 409 for more
    pairs than may ever be stated.
    """
    _require_pairs([pair for pair, _ in command.rates])
    async with db.transaction() as tx:
        if command.effective_on > (await clock(tx)).date() + timedelta(days=MAX_DAYS_AHEAD):
            fault = Fault("/effective_on", "too_far_ahead", f"is more than {MAX_DAYS_AHEAD} days ahead")
            raise invalid("invalid_rates", "the rates can't be stated", [fault])
        added = await rates.add(
            tx,
            [{"base": base, "quote": quote, "rate": rate} for (base, quote), rate in command.rates],
            on=command.effective_on,
            good_for_days=command.good_for_days,
            source=command.source,
            actor=command.actor,
        )
        if await rates.count_pairs(tx) > MAX_PAIRS:
            raise conflict("too_many_pairs", f"rates may be stated of {MAX_PAIRS} pairs of currencies")
    return added


def _require_pairs(pairs: Sequence[Pair]) -> None:
    faults = []
    seen: set[frozenset[str]] = set()
    for place, (base, quote) in enumerate(pairs):
        if base == quote:
            faults.append(Fault(f"/rates/{place}/quote", "same_currency", "a pair has two currencies"))
        elif frozenset((base, quote)) in seen:
            faults.append(Fault(f"/rates/{place}", "stated_twice", "an earlier one states this pair, or its inverse"))
        seen.add(frozenset((base, quote)))
    if faults:
        raise invalid("invalid_rates", "the rates can't be stated", faults[:20])


async def list_rates(db: Database, on: date | None, after: Pair, limit: int) -> tuple[date, list[Statement]]:
    """Return the latest rate of each pair on a day, today without one, and the day."""
    async with db.transaction() as tx:
        day = on or (await clock(tx)).date()
        return day, await rates.page(tx, day, after, limit)
