"""Exchange rates."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.limits.domain.rates import GOOD_FOR_DAYS
from services.limits.handlers import rates as handlers
from services.limits.replies import rates as replies
from shared.db import Database
from shared.errors import Fault, invalid
from shared.http import Body, SafeStr, caller, operation, reply

_Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]


class RateBody(Body):
    """One unit of `base` is worth `rate` units of `quote`: a decimal above 0 with up to 10 digits after the point."""

    base: _Currency
    quote: _Currency
    rate: Annotated[str, Field(pattern=r"^[0-9]{1,10}(\.[0-9]{1,10})?$", examples=["1.0842"])]


class RatesBody(Body):
    """Rates from a day on. They may be used for `good_for_days`; then there is none until another is stated."""

    effective_on: date
    source: SafeStr
    good_for_days: Annotated[int, Field(ge=1, le=366)] = GOOD_FOR_DAYS
    rates: list[RateBody] = Field(min_length=1, max_length=1_000)


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of exchange rates."""

    @routes.put("/fx-rates", tags=["rates"], **operation("rates:write", replies={200: replies.StatedReply}))
    async def state_rates(request: Request, body: RatesBody) -> Response:
        """State rates of a day. For the same day the last statement speaks; earlier ones are kept."""
        command = handlers.StateRates(
            effective_on=body.effective_on,
            good_for_days=body.good_for_days,
            source=body.source,
            actor=caller(request).client,
            rates=tuple(((entry.base, entry.quote), _rate(entry, place)) for place, entry in enumerate(body.rates)),
        )
        stated = await handlers.state_rates(db, command)
        unchanged = len(body.rates) - stated
        return reply(replies.StatedReply(effective_on=body.effective_on, stated=stated, unchanged=unchanged))

    @routes.get("/fx-rates", tags=["rates"], **operation("limits:read", replies={200: replies.RatePage}))
    async def list_rates(
        on: date | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
        cursor: Annotated[str, Query(pattern=r"^([A-Z]{3}-[A-Z]{3})?$")] = "",
    ) -> Response:
        """Return the latest rate of each pair on a day (today, by UTC), and whether it may be used then."""
        base, _, quote = cursor.partition("-")
        day, found = await handlers.list_rates(db, on, (base, quote), limit)
        following = f"{found[-1].base}-{found[-1].quote}" if len(found) == limit else None
        items = [replies.rate_reply(entry, day) for entry in found]
        return reply(replies.RatePage(on=day, items=items, next_cursor=following))


def _rate(entry: RateBody, place: int) -> Decimal:
    rate = Decimal(entry.rate)
    if rate == 0:
        fault = Fault(f"/rates/{place}/rate", "not_positive", "a rate is above 0")
        raise invalid("invalid_rates", "the rates can't be stated", [fault])
    return rate
