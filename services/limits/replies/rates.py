"""Exchange rates as they are shown."""

from datetime import date, datetime

from pydantic import BaseModel

from services.limits.domain.rates import Statement


class RateReply(BaseModel):
    """One unit of `base` is worth `rate` units of `quote` from `effective_on`; it may be used until `good_until`."""

    base: str
    quote: str
    rate: str
    effective_on: date
    good_until: date
    is_good: bool
    source: str
    actor: str
    stated_at: datetime


class RatePage(BaseModel):
    """The latest rate of each pair on a day, good or not, in the order of the pairs."""

    on: date
    items: list[RateReply]
    next_cursor: str | None


class StatedReply(BaseModel):
    """How many rates were stated anew; the others said what had been said last for the day."""

    effective_on: date
    stated: int
    unchanged: int


def rate_reply(statement: Statement, on: date) -> RateReply:
    """Return the public form of a rate, as of a day."""
    rate = f"{statement.rate:f}"
    return RateReply(
        base=statement.base,
        quote=statement.quote,
        rate=rate.rstrip("0").rstrip(".") if "." in rate else rate,
        effective_on=statement.effective_on,
        good_until=statement.good_until,
        is_good=statement.is_good(on),
        source=statement.source,
        actor=statement.actor,
        stated_at=statement.created_at,
    )
