"""HTTP in: dated series, their observations, and the triggers that look at them."""

import asyncio
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.observation_files import MEDIA_TYPE, MOST_BYTES, read_observations, require_csv
from services.intake.api.raw_bodies import RawBodies
from services.intake.domain.indicator import (
    MAX_SCALE,
    STALE_AFTER_DAYS,
    Direction,
    Frequency,
    Scope,
    Series,
    Trigger,
    TriggerKind,
)
from services.intake.handlers import indicators as handlers
from services.intake.handlers.indicators import MOST_PERIODS, Reading
from services.intake.replies import indicators as replies
from shared.db import Database
from shared.errors import Fault, invalid
from shared.http import Body, SafeStr, caller, operation, reply

_NAME: Final = r"^[a-z][a-z0-9-]{0,62}$"
_Series = Annotated[str, Field(pattern=_NAME, examples=["us-ppi-construction"])]
_Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}$", examples=["US"])]
_Days = Annotated[int, Field(ge=1, le=3_660)]
_Value = Annotated[str, Field(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,10})?$", examples=["48.70"])]
_Amount = Annotated[str, Field(pattern=r"^[0-9]{1,18}(\.[0-9]{1,10})?$", examples=["0.50"])]
_OBSERVED_BYTES: Final = 512 * 1024


def _possible(day: date) -> date:
    if not 1900 <= day.year <= 2200:
        raise ValueError("is not a day between 1900 and 2200")
    return day


_Day = Annotated[date, AfterValidator(_possible)]


class SeriesBody(Body):
    """What a series is. `codes` are the countries (ISO 3166-1 alpha-2) or industries of its scope; none for global.

    An industry stands for all whose code begins with it. `fact` is what parties that the series concerns have from it.
    """

    label: SafeStr
    label_zh: SafeStr
    unit: SafeStr
    frequency: Frequency = Field(strict=False)
    scope: Scope = Field(strict=False)
    codes: list[_Code] = Field(default=[], max_length=500)
    source: SafeStr
    scale: Annotated[int, Field(ge=0, le=MAX_SCALE)]
    stale_after_days: _Days | None = None
    fact: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] | None = None


class ObservationBody(Body):
    """A value of a series on a day. Without `published_at` it is published now."""

    series: _Series
    observed_on: _Day
    value: _Value
    published_at: AwareDatetime | None = None


class ObservationsBody(Body):
    """Observations of any series. What is known already changes nothing; another value of a day is a correction."""

    items: list[ObservationBody] = Field(min_length=1, max_length=5_000)


class TriggerBody(Body):
    """When a series is told of. A `level` is in its unit, a `change` over `periods` observations too.

    It fires once when the threshold is reached, and again only after the series came back past it by more than
    `hysteresis`. Parties concerned are to be reviewed `review_within_days`, if it says so.
    """

    kind: TriggerKind = Field(strict=False)
    direction: Direction = Field(strict=False)
    threshold: _Value
    hysteresis: _Amount = "0"
    periods: Annotated[int, Field(ge=1, le=MOST_PERIODS)] = 1
    review_within_days: _Days | None = None
    is_active: bool = True


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of indicators."""
    _add_series(routes, db)
    _add_observations(routes, db)

    @routes.put(
        "/indicators/{series}/triggers/{trigger}",
        tags=["indicators"],
        **operation("indicators:write", replies={200: replies.TriggerReply}),
    )
    async def put_trigger(request: Request, body: TriggerBody, series: str, trigger: str) -> Response:
        """Say when a series is to be told of. What has been reached already is not told."""
        command = Trigger(
            series=series,
            name=_named(trigger, "/path/trigger"),
            kind=body.kind,
            direction=body.direction,
            threshold=Decimal(body.threshold),
            hysteresis=Decimal(body.hysteresis),
            periods=body.periods,
            review_within_days=body.review_within_days,
            is_active=body.is_active,
        )
        stored, scale = await handlers.put_trigger(db, command, caller(request).client)
        return reply(replies.trigger_reply(stored, scale))


def _add_series(routes: APIRouter, db: Database) -> None:
    @routes.put(
        "/indicators/{series}",
        tags=["indicators"],
        **operation("indicators:write", replies={200: replies.SeriesReply}),
    )
    async def put_series(request: Request, body: SeriesBody, series: str) -> Response:
        """Say what a series is. Its scale may grow, not shrink."""
        stated = _stated(_named(series, "/path/series"), body)
        await handlers.put_series(db, stated, caller(request).client)
        return reply(replies.series_reply(stated))

    @routes.get("/indicators", tags=["indicators"], **operation("indicators:read", replies={200: replies.SeriesPage}))
    async def list_series(
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
        cursor: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,63}$")] = "",
    ) -> Response:
        """Return the series, in the order of their codes."""
        found = await handlers.list_series(db, cursor, limit)
        following = found[-1].code if len(found) == limit else None
        return reply(replies.SeriesPage(items=[replies.series_reply(entry) for entry in found], next_cursor=following))

    @routes.get(
        "/indicators/{series}",
        tags=["indicators"],
        **operation("indicators:read", replies={200: replies.SeriesDetailReply}),
    )
    async def get_series(series: str) -> Response:
        """Return a series and its triggers."""
        return reply(replies.detail_reply(*await handlers.get_series(db, series)))


def _add_observations(routes: APIRouter, db: Database) -> None:
    files = RawBodies(MOST_BYTES, 4 * MOST_BYTES)

    @routes.put(
        "/indicator-observations",
        tags=["indicators"],
        **operation("indicators:write", replies={200: replies.ObservedReply}, most_bytes=_OBSERVED_BYTES),
    )
    async def put_observations(request: Request, body: ObservationsBody) -> Response:
        """Store observations of series, all or none. The same again changes nothing."""
        readings = [
            Reading(entry.series, entry.observed_on, Decimal(entry.value), entry.published_at, f"/items/{place}")
            for place, entry in enumerate(body.items)
        ]
        added = await handlers.observe(db, readings, caller(request).client)
        return reply(replies.ObservedReply(added=added, unchanged=len(readings) - added))

    @routes.post(
        "/indicators/{series}/observations",
        tags=["indicators"],
        **_raw(operation("indicators:write", replies={200: replies.ObservedReply}, most_bytes=MOST_BYTES)),
    )
    async def import_observations(request: Request, series: str) -> Response:
        """Store the observations of a CSV file, all or none: columns `observed_on`, `value`, maybe `published_at`."""
        require_csv(request)
        async with files.read(request) as raw:
            # Fifty thousand lines take a while; other requests go on meanwhile.
            readings = await asyncio.to_thread(read_observations, series, raw)
        added = await handlers.observe(db, readings, caller(request).client)
        return reply(replies.ObservedReply(added=added, unchanged=len(readings) - added))

    @routes.get(
        "/indicators/{series}/observations",
        tags=["indicators"],
        **operation("indicators:read", replies={200: replies.ObservationPage}),
    )
    async def list_observations(
        series: str,
        as_of: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        cursor: date = date.max,
    ) -> Response:
        """Return the observations of a series as they were published by `as_of` (now, without one), newest first."""
        stated, moment, found = await handlers.list_observations(db, series, as_of, cursor, limit)
        items = [replies.observation_reply(entry, stated.scale) for entry in found]
        following = items[-1].observed_on.isoformat() if len(items) == limit else None
        return reply(replies.ObservationPage(series=series, as_of=moment, items=items, next_cursor=following))


def _stated(code: str, body: SeriesBody) -> Series:
    if (body.scope is Scope.GLOBAL) == bool(body.codes):
        words = "a global series names none" if body.codes else "names whom the series concerns"
        raise invalid("invalid_series", "the series can't be stored", [Fault("/codes", "codes_do_not_fit", words)])
    if body.scope is Scope.COUNTRY and any(len(code) != 2 or not code.isalpha() for code in body.codes):
        words = "countries have codes of two letters"
        raise invalid("invalid_series", "the series can't be stored", [Fault("/codes", "not_a_country", words)])
    return Series(
        code=code,
        label=body.label,
        label_zh=body.label_zh,
        unit=body.unit,
        frequency=body.frequency,
        scope=body.scope,
        codes=tuple(dict.fromkeys(body.codes)),
        source=body.source,
        scale=body.scale,
        stale_after_days=body.stale_after_days or STALE_AFTER_DAYS[body.frequency],
        fact=body.fact,
    )


def _named(name: str, pointer: str) -> str:
    """Return a name in a path; raises `Refusal` for one that is none."""
    if re.fullmatch(_NAME, name) is None:
        fault = Fault(pointer, "not_a_name", "is lower-case letters, digits and -, with a letter at its head")
        raise invalid("invalid_parameters", "the parameters do not fit", [fault])
    return name


def _raw(stated: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a route whose body is CSV: it has no body parameter, so nothing reads it as JSON."""
    content = {MEDIA_TYPE: {"schema": {"type": "string", "examples": ["observed_on,value\n2026-09-30,48.7\n"]}}}
    extra = {**stated["openapi_extra"], "requestBody": {"required": True, "content": content}}
    return {**stated, "openapi_extra": extra}
